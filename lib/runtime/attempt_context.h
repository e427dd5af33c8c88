// The RunContext of one attempt: cuts what the agent says into chunks, journals
// its steps, gives finished ones back, and counts what the run's end must tell.
#ifndef AGENT_LIB_RUNTIME_ATTEMPT_CONTEXT_H_
#define AGENT_LIB_RUNTIME_ATTEMPT_CONTEXT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/agent/run_context.h"
#include "lib/base/clock.h"
#include "lib/base/digest.h"
#include "lib/log/limits.h"
#include "lib/runtime/response_writer.h"
#include "lib/runtime/step_replay.h"
#include "lib/runtime/stop_signal.h"
#include "lib/runtime/text_pieces.h"

namespace agent {

// Used by the thread that executes the attempt; StopStatus and OnStop from any.
class AttemptContext final : public RunContext {
 public:
  // `begun_at`: when BEGIN was sent. `keep_text`: for AgentResponseCallback.
  AttemptContext(RunAssignment assignment, SteadyTime begun_at,
                 const RunLimits& limits, bool keep_text,
                 std::shared_ptr<ResponseWriter> writer,
                 std::shared_ptr<StopSignal> stop);

  const RunInput& input() const override { return input_; }
  absl::Status Say(std::string_view text) override;
  absl::StatusOr<Message> ModelTurn(ProduceTurn produce) override;
  absl::StatusOr<ToolResult> ToolStep(const ToolCall& call,
                                      InvokeTool invoke) override;
  void AddUsage(const Usage& usage) override;
  absl::Status StopStatus() const override { return stop_->status(); }
  absl::Status Sleep(absl::Duration duration) override {
    return stop_->Sleep(duration);
  }
  std::unique_ptr<StopGuard> OnStop(
      absl::AnyInvocable<void()> function) override {
    return stop_->OnStop(std::move(function));
  }

  // The agent returned OK: how the run ends, and the final message, which is
  // what it said after its last step. An error: it cannot end so.
  struct Completion {
    RunEnd end;
    std::optional<std::string> step;
  };
  absl::StatusOr<Completion> Complete();

  const Usage& usage() const { return usage_; }
  // The standing text, if it is kept.
  const std::string& text() const { return text_; }

 private:
  absl::Status CheckStep() const;
  absl::Status Emit(std::string piece);
  std::vector<ChunkContent> TakeRest();
  absl::Status JournalOutsideText();
  absl::StatusOr<Message> JournalTurn(std::vector<ToolCall> calls);
  absl::StatusOr<ToolResult> JournalResult(const ToolCall& call,
                                           ToolResult result);
  // `last`: the chunks that go with the step.
  absl::Status Journal(std::vector<ChunkContent> last, const Message& step);
  Message NewMessage(Role role);
  void Count(std::string_view text);

  RunInput input_;
  const int64_t now_ms_;  // the store's clock at begun_at_
  const SteadyTime begun_at_;
  const size_t max_chunk_bytes_;
  const bool keep_text_;
  const std::shared_ptr<ResponseWriter> writer_;
  const std::shared_ptr<StopSignal> stop_;

  StepReplay replay_;
  TextPieces pieces_;
  TextDigest digest_;  // of all text that stands
  std::string text_;   // the same text, if it is kept
  std::string said_;   // since the last step
  int steps_ = 0;      // journalled ones of the run, the standing included
  int step_keys_ = 0;  // explicit ones that finished, now or before
  bool in_step_ = false;
  Usage usage_;          // of the run, what stands included
  Usage usage_of_turn_;  // added since the turn began
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_ATTEMPT_CONTEXT_H_
