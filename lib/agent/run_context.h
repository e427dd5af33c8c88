// An agent's only way to the world during a run: it reads the message and the
// history here, says text, and makes steps that are journalled.
#ifndef AGENT_LIB_AGENT_RUN_CONTEXT_H_
#define AGENT_LIB_AGENT_RUN_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/log/message.h"
#include "lib/log/run.h"

namespace agent {

struct RunInput {
  std::string conversation_id;
  std::string run_id;
  int attempt = 1;
  std::string message;
  std::vector<Message> history;  // complete earlier turns, oldest first
  int64_t history_dropped = 0;   // older messages left out by the bound
  RunOptions options;
};

// Used by the thread that executes the run; `stopping`, `OnStop` from any.
//
// Steps. Models do not repeat themselves, so what a model or a tool answered is
// journalled before it is used, and a new attempt gets it back without calling
// them again: at most the step that was under way is repeated. What an agent
// does between steps must follow from the input and the steps before (it is
// done again). While an attempt replays, `Say` outside a step is not written
// again. An agent without steps is begun anew by each attempt.
class RunContext {
 public:
  virtual ~RunContext() = default;

  virtual const RunInput& input() const = 0;

  // Says a piece of the response: readers see it once Redis has acknowledged
  // it. Any size and any split; incomplete UTF-8 is kept until it is complete.
  // Blocks while too much waits to be written. Fails when the run must stop
  // (CANCELLED, ABORTED LEASE_LOST, DEADLINE_EXCEEDED, UNAVAILABLE on drain) or
  // has said too much (RunError OUTPUT_TOO_LARGE).
  virtual absl::Status Say(std::string_view text) = 0;

  // A model's turn. If the journal has it: returned, `produce` is not called.
  // Else `produce` says text and returns the calls the model asked for; the
  // turn is journalled, in the script that appends its last chunk, and so are
  // `tool_call` chunks. Returned text is what was said.
  using ProduceTurn =
      absl::FunctionRef<absl::StatusOr<std::vector<ToolCall>>()>;
  virtual absl::StatusOr<Message> ModelTurn(ProduceTurn produce) = 0;

  // A tool's result. `invoke` gets the idempotency key run/step, the same in
  // every attempt, so that a tool can refuse to act twice.
  using InvokeTool =
      absl::FunctionRef<absl::StatusOr<ToolResult>(std::string_view key)>;
  virtual absl::StatusOr<ToolResult> ToolStep(const ToolCall& call,
                                              InvokeTool invoke) = 0;

  // Adds to what the run reports as usage.
  virtual void AddUsage(const Usage& usage) = 0;

  // Whether to stop, and why; OK while not.
  virtual absl::Status StopStatus() const = 0;
  bool stopping() const { return !StopStatus().ok(); }

  // Waits, or returns StopStatus early when the run must stop.
  virtual absl::Status Sleep(absl::Duration duration) = 0;

  // Calls `function` once, from any thread, when the run must stop (at once if
  // it must already): to break a blocking call. The guard unregisters and waits
  // for a call in progress.
  class StopGuard {
   public:
    virtual ~StopGuard() = default;
  };
  virtual std::unique_ptr<StopGuard> OnStop(
      absl::AnyInvocable<void()> function) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_RUN_CONTEXT_H_
