// A function that a model may call.
#ifndef AGENT_LIB_AGENT_TOOL_H_
#define AGENT_LIB_AGENT_TOOL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/agent/run_stop.h"

namespace agent {

struct ToolInvocation {
  std::string_view arguments;        // a JSON object that fits the schema
  std::string_view idempotency_key;  // run/step, the same in every attempt
  // The run's: a tool that takes long heeds it. Never null in a run.
  RunStop* stop = nullptr;
};

// Thread-safe.
class Tool {
 public:
  virtual ~Tool() = default;
  virtual std::string name() const = 0;
  virtual std::string description() const = 0;
  // A JSON schema of type object.
  virtual std::string parameters_schema() const = 0;
  // May block, but must return soon after `stop` says so; what it returns then
  // is dropped. An error is told to the model as the tool's result, so that it
  // can go on; it does not fail the run.
  virtual absl::StatusOr<std::string> Invoke(
      const ToolInvocation& invocation) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_TOOL_H_
