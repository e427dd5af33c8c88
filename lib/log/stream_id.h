// A position in a conversation's log: a Redis Stream entry id.
//
//   id     = ms "-" seq        e.g. 1734649123456-3001
//   ms     = decimal, 0..2^64-1; the clock's, never below the entry's before
//   seq    = n * 1000 + attempt
//   n      = the entry's number in the conversation's log, from 1, dense
//
// n proves that nothing is missing or doubled and survives what ids do not: an
// entry that a lost tail made its writer write again has another id, and the
// same n. In entries of other programs (`XADD *`) seq means nothing.
#ifndef AGENT_LIB_LOG_STREAM_ID_H_
#define AGENT_LIB_LOG_STREAM_ID_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

// Value type; ordered as Redis orders ids.
struct StreamId {
  uint64_t ms = 0;
  uint64_t seq = 0;

  // Strict: exactly `<ms>-<seq>`, decimal, no leading zeros, no sign, no space,
  // each within 64 bits. Redis itself takes `$`, `1` and `01-1`, which would
  // skip data without a sign.
  static std::optional<StreamId> Parse(std::string_view text);

  std::string ToString() const;

  int64_t number() const { return static_cast<int64_t>(seq / 1000); }
  int attempt() const { return static_cast<int>(seq % 1000); }
  bool IsZero() const { return ms == 0 && seq == 0; }

  // clang-tidy 14 sees a comparison with 0 in it.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_STREAM_ID_H_
