// An agent's only way to the world during a run: it reads the message and the
// history here, says text, and makes steps that are journalled.
#ifndef AGENT_LIB_AGENT_RUN_CONTEXT_H_
#define AGENT_LIB_AGENT_RUN_CONTEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/agent/run_stop.h"
#include "lib/log/message.h"
#include "lib/log/run.h"

namespace agent {

struct RunInput {
  std::string conversation_id;
  std::string run_id;
  int attempt = 1;
  std::string message;
  // Earlier turns, whole ones, oldest first: the newest that the bounds allow
  // (docs/protocol.md, "Conversation memory"). A user's message whose run did
  // not complete is among them, without an answer: see Message::run_state.
  std::vector<Message> history;
  int64_t history_dropped = 0;  // older messages left out by the bounds
  RunOptions options;
};

// Used by the thread that executes the run; RunStop's part as that says.
// Whoever does not stop within a third of the lease (5 s) once it was cancelled
// or its time is over has its run ended under its hands.
//
// Steps. Models do not repeat themselves, so what a model or a tool answered is
// journalled before it is used, and a new attempt gets it back without calling
// them again: at most the step that was under way is repeated. What an agent
// does between steps must follow from the input and the steps before (it is
// done again). While an attempt replays, `Say` outside a step is not written
// again. An agent without steps is begun anew by each attempt.
class RunContext : public RunStop {
 public:
  virtual const RunInput& input() const = 0;

  // Says a piece of the response: readers see it once Redis has acknowledged
  // it. Any size and any split; incomplete UTF-8 is kept until it is complete.
  // Blocks while too much waits to be written. Fails when the run must stop
  // (CANCELLED, ABORTED LEASE_LOST, DEADLINE_EXCEEDED, UNAVAILABLE on drain) or
  // has said too much (RunError OUTPUT_TOO_LARGE).
  virtual absl::Status Say(std::string_view text) = 0;

  // A model's turn. If the journal has it: returned, `produce` is not called.
  // Else `produce` says text and returns the calls the model asked for; the
  // turn is journalled in the script that appends its `tool_call` chunks, or
  // what of its text has not gone out before. Returned text is what was said.
  using ProduceTurn =
      absl::FunctionRef<absl::StatusOr<std::vector<ToolCall>>()>;
  virtual absl::StatusOr<Message> ModelTurn(ProduceTurn produce) = 0;

  // A tool's result. `invoke` gets the idempotency key run/step, the same in
  // every attempt, so that a tool can refuse to act twice. A step that failed
  // is none: the call that is made in its place has the same key.
  using InvokeTool =
      absl::FunctionRef<absl::StatusOr<ToolResult>(std::string_view key)>;
  virtual absl::StatusOr<ToolResult> ToolStep(const ToolCall& call,
                                              InvokeTool invoke) = 0;

  // Adds to what the run reports as usage.
  virtual void AddUsage(const Usage& usage) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_RUN_CONTEXT_H_
