#include "lib/log/stream_id.h"

#include <charconv>

namespace agent {
namespace {

std::optional<uint64_t> ParsePart(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<StreamId> StreamId::Parse(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto ms = ParsePart(text.substr(0, dash));
  const auto seq = ParsePart(text.substr(dash + 1));
  if (!ms.has_value() || !seq.has_value()) return std::nullopt;
  return StreamId{*ms, *seq};
}

std::string StreamId::ToString() const {
  return std::to_string(ms) + "-" + std::to_string(seq);
}

}  // namespace agent
