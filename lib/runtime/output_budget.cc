#include "lib/runtime/output_budget.h"

#include <string>

#include "lib/agent/agent.h"

namespace agent {
namespace {

int64_t StandingBytes(const RunAssignment& assignment) {
  size_t bytes = 0;
  for (const Message& step : assignment.steps) {
    bytes += step.text.size();
    for (const ToolCall& call : step.tool_calls) bytes += call.arguments.size();
    if (step.tool_result.has_value()) bytes += step.tool_result->result.size();
  }
  return static_cast<int64_t>(bytes);
}

int64_t StandingChunks(const RunAssignment& assignment) {
  if (assignment.standing.IsZero()) return 0;
  return assignment.standing.number() - assignment.first_id.number() + 1;
}

int64_t ContentSize(const ChunkContent& content) {
  if (const auto* piece = std::get_if<TextPiece>(&content)) {
    return static_cast<int64_t>(piece->text.size());
  }
  if (const auto* call = std::get_if<ToolCall>(&content)) {
    return static_cast<int64_t>(call->arguments.size());
  }
  if (const auto* result = std::get_if<ToolResult>(&content)) {
    return static_cast<int64_t>(result->result.size());
  }
  return 0;
}

absl::Status TooMuch(int64_t limit, const char* unit) {
  return RunError(
      "OUTPUT_TOO_LARGE",
      "the run said more than " + std::to_string(limit) + " " + unit,
      /*retryable=*/false);
}

}  // namespace

OutputBudget::OutputBudget(const RunAssignment& assignment,
                           const RunLimits& limits)
    : max_bytes_(limits.max_run_bytes),
      max_chunks_(limits.max_run_chunks),
      bytes_(StandingBytes(assignment)),
      chunks_(StandingChunks(assignment)) {}

absl::Status OutputBudget::Spend(const ChunkContent& content) {
  const int64_t bytes = bytes_ + ContentSize(content);
  if (bytes > max_bytes_) return TooMuch(max_bytes_, "bytes");
  if (chunks_ >= max_chunks_) return TooMuch(max_chunks_, "chunks");
  bytes_ = bytes;
  ++chunks_;
  return absl::OkStatus();
}

}  // namespace agent
