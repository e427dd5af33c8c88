#include "tests/chaos/history/findings.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "lib/base/utf8.h"

namespace agent::chaos {
namespace {

constexpr size_t kShownBytes = 48;

std::string Shorten(const std::string& text) {
  if (text.size() <= kShownBytes) return "'" + SanitizeUtf8(text) + "'";
  return "'" + SanitizeUtf8(text.substr(0, kShownBytes)) + "'...";
}

struct ContentShower {
  std::string operator()(const TextPiece& piece) const {
    return "text " + Shorten(piece.text);
  }
  std::string operator()(const AttemptStarted& started) const {
    return "attempt, discard_after '" + started.discard_after + "'";
  }
  std::string operator()(const ToolCall& call) const {
    return "tool_call " + call.call_id;
  }
  std::string operator()(const ToolResult& result) const {
    return "tool_result " + result.call_id;
  }
  std::string operator()(const RunCompleted& completed) const {
    return absl::StrCat("completed, ", completed.text_bytes, " bytes");
  }
  std::string operator()(const RunFailed& failed) const {
    return "failed " + failed.reason;
  }
  std::string operator()(const RunCancelled&) const { return "cancelled"; }
};

}  // namespace

std::string Describe(const Chunk& chunk) {
  return absl::StrCat(chunk.id.ToString(), " (n ", chunk.id.number(), ") run ",
                      chunk.run_id.substr(0, 8), " attempt ", chunk.attempt,
                      " sequence ", chunk.sequence, " ",
                      std::visit(ContentShower{}, chunk.content));
}

std::string Describe(const Outcome& outcome) {
  return absl::StrCat(absl::StatusCodeToString(outcome.code), " ",
                      outcome.reason, " '", outcome.message, "'");
}

std::string Describe(absl::Time time) {
  return absl::FormatTime("%H:%M:%E3S", time, absl::UTCTimeZone());
}

absl::Time WriteTime(const Chunk& chunk) {
  return absl::FromUnixMillis(static_cast<int64_t>(chunk.id.ms));
}

}  // namespace agent::chaos
