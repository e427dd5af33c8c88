// A run as the original samples do it: each update goes straight to the log,
// numbered from 0 by whoever happens to execute the run.
#ifndef AGENT_TESTS_CHAOS_NODE_ORIGINAL_CONTEXT_H_
#define AGENT_TESTS_CHAOS_NODE_ORIGINAL_CONTEXT_H_

#include <atomic>
#include <memory>
#include <string>

#include "lib/agent/run_context.h"
#include "lib/base/digest.h"
#include "tests/chaos/node/original_store.h"

namespace agent::chaos {

// Steps are not journalled. Used by the thread that executes the run.
class OriginalContext final : public RunContext {
 public:
  // Both must outlive it; `stopping` is set when the process ends.
  OriginalContext(OriginalRun run, OriginalStore* store,
                  const std::atomic<bool>* stopping);

  const RunInput& input() const override { return input_; }
  absl::Status Say(std::string_view text) override;
  absl::StatusOr<Message> ModelTurn(ProduceTurn produce) override;
  absl::StatusOr<ToolResult> ToolStep(const ToolCall& call,
                                      InvokeTool invoke) override;
  void AddUsage(const Usage& usage) override;
  absl::Status StopStatus() const override;
  absl::Status Sleep(absl::Duration duration) override;
  std::unique_ptr<StopGuard> OnStop(absl::AnyInvocable<void()>) override;

  // Our readers expect that a run begins with an entry that says so. Of a
  // delivery that comes again the original tells nothing.
  absl::Status Begin();
  absl::Status End(const absl::Status& status);

 private:
  absl::Status Write(const ChunkContent& content);

  const OriginalRun run_;
  RunInput input_;
  OriginalStore* const store_;
  const std::atomic<bool>* const stopping_;
  int64_t sequence_ = 0;
  int tools_ = 0;
  std::string text_;
  Usage usage_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_ORIGINAL_CONTEXT_H_
