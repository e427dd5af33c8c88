#include "tests/agent/fake_run_context.h"

#include <utility>

#include "lib/base/status_macros.h"

namespace agent::testing {

class FakeRunContext::Guard final : public StopGuard {
 public:
  Guard(FakeRunContext* context, int id) : context_(context), id_(id) {}
  ~Guard() override {
    MutexLock lock(&context_->mu_);
    context_->on_stop_.erase(id_);
  }

 private:
  FakeRunContext* const context_;
  const int id_;
};

FakeRunContext::FakeRunContext(std::vector<Message>* journal)
    : journal_(journal == nullptr ? &own_journal_ : journal) {
  input_.conversation_id = "conversation";
  input_.run_id = "run";
}

std::string FakeRunContext::said() const {
  std::string text;
  for (const std::string& piece : pieces_) text += piece;
  return text;
}

void FakeRunContext::Stop(absl::Status status) {
  MutexLock lock(&mu_);
  if (!stop_.ok()) return;
  stop_ = std::move(status);
  // With the lock: an unregistering guard waits for a call in progress.
  for (auto& [id, function] : on_stop_) function();
}

absl::Status FakeRunContext::Say(std::string_view text) {
  RETURN_IF_ERROR(StopStatus());
  pieces_.emplace_back(text);
  turn_text_ += text;
  if (on_say_) on_say_(text);
  if (pieces_.size() >= stop_after_pieces_) {
    Stop(absl::CancelledError("the test's stop"));
  }
  return absl::OkStatus();
}

absl::Status FakeRunContext::CheckStep() {
  if (next_step_ >= stop_before_step_) {
    Stop(absl::AbortedError("the worker died"));
  }
  return StopStatus();
}

absl::StatusOr<Message> FakeRunContext::ModelTurn(ProduceTurn produce) {
  RETURN_IF_ERROR(CheckStep());
  if (Replays()) return (*journal_)[next_step_++];
  turn_text_.clear();
  ASSIGN_OR_RETURN(std::vector<ToolCall> calls, produce());
  Message turn;
  turn.role = Role::kAssistant;
  turn.text = turn_text_;
  turn.tool_calls = std::move(calls);
  turn.run_id = input_.run_id;
  journal_->push_back(turn);
  ++next_step_;
  return turn;
}

absl::StatusOr<ToolResult> FakeRunContext::ToolStep(const ToolCall&,
                                                    InvokeTool invoke) {
  RETURN_IF_ERROR(CheckStep());
  if (Replays()) return (*journal_)[next_step_++].tool_result.value();
  tool_keys_.push_back(input_.run_id + "/" + std::to_string(next_step_));
  ASSIGN_OR_RETURN(ToolResult result, invoke(tool_keys_.back()));
  Message step;
  step.role = Role::kTool;
  step.run_id = input_.run_id;
  step.tool_result = result;
  journal_->push_back(std::move(step));
  ++next_step_;
  return result;
}

void FakeRunContext::AddUsage(const Usage& usage) {
  usage_.input_tokens += usage.input_tokens;
  usage_.output_tokens += usage.output_tokens;
}

absl::Status FakeRunContext::StopStatus() const {
  MutexLock lock(&mu_);
  return stop_;
}

absl::Status FakeRunContext::Sleep(absl::Duration duration) {
  sleeps_.push_back(duration);
  return StopStatus();
}

std::unique_ptr<RunContext::StopGuard> FakeRunContext::OnStop(
    absl::AnyInvocable<void()> function) {
  MutexLock lock(&mu_);
  const int id = next_guard_++;
  if (!stop_.ok()) {
    function();
  } else {
    on_stop_.emplace(id, std::move(function));
  }
  return std::make_unique<Guard>(this, id);
}

}  // namespace agent::testing
