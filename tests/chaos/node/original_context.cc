#include "tests/chaos/node/original_context.h"

#include <utility>

#include "absl/time/clock.h"
#include "lib/agent/agent.h"
#include "lib/base/status_macros.h"

namespace agent::chaos {

OriginalContext::OriginalContext(OriginalRun run, OriginalStore* store,
                                 const std::atomic<bool>* stopping)
    : run_(std::move(run)), store_(store), stopping_(stopping) {
  input_.conversation_id = run_.conversation_id;
  input_.run_id = run_.run_id;
  input_.attempt = run_.delivery;
  input_.message = run_.message;
}

absl::Status OriginalContext::Write(const ChunkContent& content) {
  return store_->Append(run_, sequence_++, content);
}

absl::Status OriginalContext::Begin() {
  if (run_.delivery == 1) return Write(AttemptStarted{});
  ++sequence_;
  return absl::OkStatus();
}

absl::Status OriginalContext::Say(std::string_view text) {
  RETURN_IF_ERROR(StopStatus());
  text_.append(text);
  return Write(TextPiece{std::string(text)});
}

absl::StatusOr<Message> OriginalContext::ModelTurn(ProduceTurn produce) {
  ASSIGN_OR_RETURN(auto calls, produce());
  Message turn;
  turn.role = Role::kAssistant;
  turn.tool_calls = std::move(calls);
  return turn;
}

absl::StatusOr<ToolResult> OriginalContext::ToolStep(const ToolCall& /*call*/,
                                                     InvokeTool invoke) {
  return invoke(run_.run_id + "/" + std::to_string(tools_++));
}

void OriginalContext::AddUsage(const Usage& usage) {
  usage_.input_tokens += usage.input_tokens;
  usage_.output_tokens += usage.output_tokens;
}

absl::Status OriginalContext::StopStatus() const {
  return *stopping_ ? absl::UnavailableError("stopping") : absl::OkStatus();
}

absl::Status OriginalContext::Sleep(absl::Duration duration) {
  absl::SleepFor(duration);
  return StopStatus();
}

std::unique_ptr<RunContext::StopGuard> OriginalContext::OnStop(
    absl::AnyInvocable<void()> /*function*/) {
  return nullptr;  // the chaos agents block in Sleep only
}

absl::Status OriginalContext::End(const absl::Status& status) {
  RETURN_IF_ERROR(StopStatus());
  if (!status.ok()) {
    RETURN_IF_ERROR(Write(ToRunFailed(status)));
    return store_->Finish(run_, RunState::kFailed, "");
  }
  RETURN_IF_ERROR(Write(RunCompleted{usage_, static_cast<int64_t>(text_.size()),
                                     Sha256Hex(text_)}));
  return store_->Finish(run_, RunState::kCompleted, text_);
}

}  // namespace agent::chaos
