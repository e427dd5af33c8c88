// What an agent is: code that answers a message. Built-in agents, and those of
// programs that embed the runtime, implement this.
#ifndef AGENT_LIB_AGENT_AGENT_H_
#define AGENT_LIB_AGENT_AGENT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "lib/agent/run_context.h"
#include "lib/log/chunk.h"

namespace agent {

// Thread-safe: one object executes many runs at a time, each on a thread of its
// own, on which it may block.
class Agent {
 public:
  virtual ~Agent() = default;

  virtual std::string name() const = 0;  // 1 to 64 of [A-Za-z0-9._-]
  virtual std::string description() const = 0;
  virtual std::vector<std::string> tools() const { return {}; }

  // Answers `context.input().message` through `context`. OK: the run completed.
  // An error that the context returned (it must stop): return it as it is.
  // Errors of its own: RunError below; anything else is AGENT_ERROR, not
  // retried. Must return soon after a context call failed or `stopping()`.
  virtual absl::Status Run(RunContext& context) = 0;
};

// An error that ends the attempt: with `retryable`, another attempt may succeed
// and is made within the bounds of the failure policy; else the run fails with
// this reason (UPPER_SNAKE_CASE) and message (for people). Its code is
// UNAVAILABLE if retryable, else FAILED_PRECONDITION.
absl::Status RunError(std::string_view reason, std::string_view message,
                      bool retryable);
bool IsRunError(const absl::Status& status);
bool IsRetryableRunError(const absl::Status& status);

// What readers are told of a run that failed with `status`: the reason and the
// message of a RunError; of any other status AGENT_ERROR and its code only,
// since its message may speak of internals.
RunFailed ToRunFailed(const absl::Status& status);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_AGENT_H_
