// A RunContext in memory: a journal that outlives attempts, what was said, and
// a stop that tests pull.
#ifndef AGENT_TESTS_AGENT_FAKE_RUN_CONTEXT_H_
#define AGENT_TESTS_AGENT_FAKE_RUN_CONTEXT_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/agent/run_context.h"
#include "lib/base/mutex.h"

namespace agent::testing {

// One per attempt. Thread-safe where RunContext is, and `Stop`.
class FakeRunContext : public RunContext {
 public:
  // `journal` (may be null) holds the steps of the attempts before; this one
  // appends to it. Must outlive the context.
  explicit FakeRunContext(std::vector<Message>* journal = nullptr);

  RunInput& mutable_input() { return input_; }
  const std::vector<std::string>& pieces() const { return pieces_; }
  std::string said() const;
  Usage usage() const { return usage_; }
  const std::vector<absl::Duration>& sleeps() const { return sleeps_; }
  const std::vector<std::string>& tool_keys() const { return tool_keys_; }

  void Stop(absl::Status status);
  // Stops when that many pieces have been said.
  void StopAfterPieces(size_t count) { stop_after_pieces_ = count; }
  // Stops, as a worker that dies, before the step of that index is made.
  void StopBeforeStep(size_t index) { stop_before_step_ = index; }
  // Called with each piece, after it was kept.
  void OnSay(std::function<void(std::string_view)> f) { on_say_ = f; }

  const RunInput& input() const override { return input_; }
  absl::Status Say(std::string_view text) override;
  absl::StatusOr<Message> ModelTurn(ProduceTurn produce) override;
  absl::StatusOr<ToolResult> ToolStep(const ToolCall& call,
                                      InvokeTool invoke) override;
  void AddUsage(const Usage& usage) override;
  absl::Status StopStatus() const override;
  absl::Status Sleep(absl::Duration duration) override;
  std::unique_ptr<StopGuard> OnStop(
      absl::AnyInvocable<void()> function) override;

 private:
  class Guard;

  absl::Status CheckStep();
  bool Replays() const { return next_step_ < journal_->size(); }

  RunInput input_;
  std::vector<Message> own_journal_;
  std::vector<Message>* const journal_;
  size_t next_step_ = 0;
  std::vector<std::string> pieces_;
  std::string turn_text_;
  Usage usage_;
  std::vector<absl::Duration> sleeps_;
  std::vector<std::string> tool_keys_;
  size_t stop_after_pieces_ = SIZE_MAX;
  size_t stop_before_step_ = SIZE_MAX;
  std::function<void(std::string_view)> on_say_;

  mutable Mutex mu_;
  absl::Status stop_ ABSL_GUARDED_BY(mu_);
  int next_guard_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<int, absl::AnyInvocable<void()>> on_stop_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_AGENT_FAKE_RUN_CONTEXT_H_
