#include "service/http/incoming_request.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "lib/base/error.h"

namespace agent {
namespace {

absl::string_view Absl(std::string_view text) {
  return {text.data(), text.size()};
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return -1;
}

// Calls `use` with each part of `text` between `separator`s.
template <typename Use>
bool ForEachPart(std::string_view text, char separator, Use use) {
  while (true) {
    const size_t end = text.find(separator);
    if (!use(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool AddSegment(std::string_view part, IncomingRequest* request) {
  auto segment = PercentDecoded(part, /*plus_is_space=*/false);
  if (!segment.has_value()) return false;
  request->segments.push_back(*std::move(segment));
  return true;
}

bool AddParameter(std::string_view part, IncomingRequest* request) {
  if (part.empty()) return true;
  const size_t equals = part.find('=');
  auto name = PercentDecoded(part.substr(0, equals), /*plus_is_space=*/true);
  const std::string_view raw = equals == std::string_view::npos
                                   ? std::string_view()
                                   : part.substr(equals + 1);
  auto value = PercentDecoded(raw, /*plus_is_space=*/true);
  if (!name.has_value() || !value.has_value()) return false;
  request->query.emplace_back(*std::move(name), *std::move(value));
  return true;
}

// `http://host/path`, as to a proxy: the host is said there.
std::string_view WithoutAuthority(std::string_view target,
                                  IncomingRequest* request) {
  constexpr std::string_view kScheme = "http://";
  if (!absl::StartsWithIgnoreCase(Absl(target), Absl(kScheme))) return target;
  target.remove_prefix(kScheme.size());
  const size_t end = target.find_first_of("/?");
  request->authority = std::string(target.substr(0, end));
  return end == std::string_view::npos ? "/" : target.substr(end);
}

}  // namespace

std::optional<std::string_view> IncomingRequest::Query(
    std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

absl::Status ParseTarget(std::string_view target, IncomingRequest* request) {
  target = WithoutAuthority(target, request);
  target = target.substr(0, target.find('#'));
  const size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  request->path = std::string(path);
  if (path == "*" && request->method == "OPTIONS") return absl::OkStatus();
  if (path.empty() || path.front() != '/') {
    return FieldInvalid("url", "must be a path that begins with /");
  }
  const bool decoded =
      ForEachPart(
          path.substr(1), '/',
          [&](std::string_view part) { return AddSegment(part, request); }) &&
      (question == std::string_view::npos ||
       ForEachPart(
           target.substr(question + 1), '&',
           [&](std::string_view part) { return AddParameter(part, request); }));
  return decoded ? absl::OkStatus()
                 : FieldInvalid("url", "has a broken %-escape");
}

std::optional<std::string> PercentDecoded(std::string_view text,
                                          bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

bool MeansYes(std::string_view text) {
  constexpr std::array<std::string_view, 5> kYes = {"true", "1", "yes", "y",
                                                    "on"};
  return std::any_of(kYes.begin(), kYes.end(), [&](std::string_view yes) {
    return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(Absl(text)),
                                  Absl(yes));
  });
}

}  // namespace agent
