#include "tests/chaos/history/run_text.h"

#include <optional>
#include <variant>

namespace agent::chaos {

void RunText::Add(const Chunk& chunk) {
  if (const auto* started = std::get_if<AttemptStarted>(&chunk.content)) {
    // Empty, or nonsense, which is found elsewhere: all of it falls.
    const std::optional<StreamId> limit =
        StreamId::Parse(started->discard_after);
    const int64_t number = limit.has_value() ? limit->number() : 0;
    while (!parts_.empty() && parts_.back().number > number) {
      parts_.pop_back();
      ++discarded_;
    }
    return;
  }
  if (chunk.IsTerminal()) return;
  parts_.push_back({chunk.id.number(), chunk.content});
}

std::string RunText::text() const {
  std::string text;
  for (const Part& part : parts_) {
    if (const auto* piece = std::get_if<TextPiece>(&part.content)) {
      text += piece->text;
    }
  }
  return text;
}

std::vector<ToolCall> RunText::tool_calls() const {
  std::vector<ToolCall> calls;
  for (const Part& part : parts_) {
    if (const auto* call = std::get_if<ToolCall>(&part.content)) {
      calls.push_back(*call);
    }
  }
  return calls;
}

std::vector<ToolResult> RunText::tool_results() const {
  std::vector<ToolResult> results;
  for (const Part& part : parts_) {
    if (const auto* result = std::get_if<ToolResult>(&part.content)) {
      results.push_back(*result);
    }
  }
  return results;
}

}  // namespace agent::chaos
