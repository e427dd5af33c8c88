// The ordinary agent: a model that may call tools, and is asked again with what
// they answered, until it has no more calls.
//
// Every turn of the model and every tool's result is a step of the run's
// journal, so that a new attempt goes on after the last one. What the tool did
// wrong is told to the model, not to the run: an unknown tool, arguments that
// do not fit the schema, the tool's own error.
#ifndef AGENT_LIB_AGENT_TOOL_LOOP_H_
#define AGENT_LIB_AGENT_TOOL_LOOP_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/agent/agent.h"
#include "lib/agent/chat_model.h"
#include "lib/agent/json_schema.h"
#include "lib/agent/tool.h"

namespace agent {

struct ToolLoopOptions {
  std::string name;
  std::string description;
  std::string instructions;  // the system's message
  // Turns of the model in a run; one more ends it with AGENT_ERROR.
  int max_turns = 16;
  // Calls taken from one turn; those beyond are answered with an error.
  size_t max_calls_per_turn = 16;
  // Of the history, what the model is given: the newest whole turns. It is told
  // how many messages came before.
  size_t max_history_bytes = 256 << 10;
  // A longer result is cut between characters, and the model is told.
  size_t max_result_bytes = 64 << 10;
};

// Thread-safe: immutable.
class ToolLoop final : public Agent {
 public:
  // INVALID_ARGUMENT: a name that is not allowed, two tools of one name, or a
  // tool whose schema is none.
  static absl::StatusOr<std::shared_ptr<ToolLoop>> Create(
      ToolLoopOptions options, std::shared_ptr<ChatModel> model,
      std::vector<std::shared_ptr<Tool>> tools);

  std::string name() const override { return options_.name; }
  std::string description() const override { return options_.description; }
  std::vector<std::string> tools() const override;
  absl::Status Run(RunContext& context) override;

 private:
  struct Entry {
    std::shared_ptr<Tool> tool;
    ToolSpec spec;
    JsonSchema schema;
  };

  ToolLoop(ToolLoopOptions options, std::shared_ptr<ChatModel> model,
           std::vector<Entry> entries);

  ModelRequest FirstRequest(const RunInput& input) const;
  absl::StatusOr<Message> Turn(const ModelRequest& request,
                               RunContext& context) const;
  absl::StatusOr<Message> CallTool(const ToolCall& call, bool allowed,
                                   RunContext& context) const;
  ToolResult Invoke(const ToolCall& call, std::string_view key,
                    RunStop& stop) const;
  const Entry* Find(const std::string& tool_name) const;

  const ToolLoopOptions options_;
  const std::shared_ptr<ChatModel> model_;
  const std::vector<Entry> entries_;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_TOOL_LOOP_H_
