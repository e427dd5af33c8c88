// A message of a conversation, and, while its run is active, a journalled step:
// a model's turn (ASSISTANT) or a tool's result (TOOL). Stored as JSON in the
// conversation's `h` hash; see docs/protocol.md.
#ifndef AGENT_LIB_LOG_MESSAGE_H_
#define AGENT_LIB_LOG_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/log/chunk.h"

namespace agent {

enum class Role { kUser, kAssistant, kTool };

struct Message {
  Role role = Role::kUser;
  std::string text;
  std::vector<ToolCall> tool_calls;       // of a model's turn
  std::optional<ToolResult> tool_result;  // role kTool
  std::string run_id;
  int64_t create_time_ms = 0;

  // Of a user's message: how its run ended: "" while it has not, "completed",
  // "failed" or "cancelled"; and a failure's reason. A message whose run did
  // not complete is not given to a model as if it had been answered.
  std::string run_state;
  std::string failure_reason;

  // A step that the runtime wrote for text that an agent said outside any step:
  // replaying agents never ask for it.
  bool implicit = false;

  // Of a model's turn: what it cost. An attempt that is given the turn back
  // reports it again.
  Usage usage;

  friend bool operator==(const Message&, const Message&) = default;
};

// JSON, one object that begins with `{"role":`; unknown fields are ignored when
// it is read back.
std::string MessageToJson(const Message& message);
absl::StatusOr<Message> MessageFromJson(std::string_view json);

}  // namespace agent

#endif  // AGENT_LIB_LOG_MESSAGE_H_
