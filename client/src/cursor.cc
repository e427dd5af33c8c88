#include "client/src/cursor.h"

#include <charconv>

namespace agent::client {
namespace {

bool ParseNumber(std::string_view text, uint64_t* value) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, *value);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

std::optional<Cursor> Cursor::Parse(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  Cursor cursor;
  if (!ParseNumber(text.substr(0, dash), &cursor.ms) ||
      !ParseNumber(text.substr(dash + 1), &cursor.seq)) {
    return std::nullopt;
  }
  return cursor;
}

}  // namespace agent::client
