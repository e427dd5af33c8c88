// A cursor's two numbers, `<ms>-<seq>`, and what seq means in entries that the
// service wrote: seq = n * 1000 + attempt, n counting the log's entries from 1.
#ifndef AGENT_CLIENT_SRC_CURSOR_H_
#define AGENT_CLIENT_SRC_CURSOR_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace agent::client {

// Value type, ordered as the log is.
struct Cursor {
  uint64_t ms = 0;
  uint64_t seq = 0;

  // Nothing unless it is `<ms>-<seq>` in decimal.
  static std::optional<Cursor> Parse(std::string_view text);

  int64_t number() const { return static_cast<int64_t>(seq / 1000); }

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads it
  friend auto operator<=>(const Cursor&, const Cursor&) = default;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_SRC_CURSOR_H_
