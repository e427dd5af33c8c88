// A model that streams one turn of a chat.
#ifndef AGENT_LIB_AGENT_CHAT_MODEL_H_
#define AGENT_LIB_AGENT_CHAT_MODEL_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/agent/run_context.h"
#include "lib/log/message.h"

namespace agent {

struct ToolSpec {
  std::string name;
  std::string description;
  std::string parameters_schema;  // JSON
};

struct ModelRequest {
  std::string instructions;          // the system's message
  std::vector<Message> messages;     // user, assistant, tool; oldest first
  std::vector<ToolSpec> tools;       // empty: the model may call none
  std::string response_json_schema;  // empty: free text
};

struct ModelTurn {
  std::vector<ToolCall> tool_calls;
  Usage usage;
};

// Thread-safe.
class ChatModel {
 public:
  virtual ~ChatModel() = default;
  virtual std::string name() const = 0;  // for logs

  // Streams one turn: text goes to `say` as it comes, whose error ends the
  // turn and is returned. Stops soon after `context` must stop. Retries inside
  // what can be retried, only while nothing was said. Errors: RunError with
  // MODEL_UNAVAILABLE (retryable: 429, 5xx, cut, stalled, malformed streams),
  // MODEL_REFUSED (not), MODEL_NOT_CONFIGURED (not: 401, 403, 404),
  // OUTPUT_TOO_LARGE (not: more than is taken of one answer).
  using SayText = absl::FunctionRef<absl::Status(std::string_view)>;
  virtual absl::StatusOr<ModelTurn> StreamTurn(const ModelRequest& request,
                                               RunContext& context,
                                               SayText say) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_CHAT_MODEL_H_
