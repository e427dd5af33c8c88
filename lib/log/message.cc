#include "lib/log/message.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace agent {
namespace {

using nlohmann::json;

constexpr const char* kRoleNames[] = {"user", "assistant", "tool"};

// A field of another type than expected reads as absent.
std::string StringOr(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return "";
  return found->get<std::string>();
}

bool BoolOr(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

int64_t IntegerOr(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer()
             ? found->get<int64_t>()
             : 0;
}

ToolCall CallFromJson(const json& call) {
  return {StringOr(call, "call_id"), StringOr(call, "name"),
          StringOr(call, "arguments")};
}

void ReadTools(const json& object, Message* message) {
  const auto calls = object.find("tool_calls");
  if (calls != object.end() && calls->is_array()) {
    for (const json& call : *calls) {
      if (call.is_object()) message->tool_calls.push_back(CallFromJson(call));
    }
  }
  const auto result = object.find("tool_result");
  if (result != object.end() && result->is_object()) {
    message->tool_result =
        ToolResult{StringOr(*result, "call_id"), StringOr(*result, "result"),
                   BoolOr(*result, "is_error")};
  }
}

}  // namespace

std::string MessageToJson(const Message& message) {
  // ordered_json: the store relies on the first field being `role`.
  nlohmann::ordered_json object;
  object["role"] = kRoleNames[static_cast<int>(message.role)];
  object["text"] = message.text;
  object["run"] = message.run_id;
  if (message.create_time_ms != 0) object["time"] = message.create_time_ms;
  if (!message.run_state.empty()) object["state"] = message.run_state;
  if (!message.failure_reason.empty()) {
    object["reason"] = message.failure_reason;
  }
  for (const ToolCall& call : message.tool_calls) {
    object["tool_calls"].push_back({{"call_id", call.call_id},
                                    {"name", call.name},
                                    {"arguments", call.arguments}});
  }
  if (message.tool_result.has_value()) {
    object["tool_result"] = {{"call_id", message.tool_result->call_id},
                             {"result", message.tool_result->result},
                             {"is_error", message.tool_result->is_error}};
  }
  if (message.implicit) object["implicit"] = true;
  if (message.usage != Usage{}) {
    object["usage"] = {{"input_tokens", message.usage.input_tokens},
                       {"output_tokens", message.usage.output_tokens}};
  }
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

absl::StatusOr<Message> MessageFromJson(std::string_view text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    return absl::DataLossError("a stored message is not a JSON object");
  }
  Message message;
  const std::string role = StringOr(object, "role");
  if (role == kRoleNames[1]) message.role = Role::kAssistant;
  if (role == kRoleNames[2]) message.role = Role::kTool;
  message.text = StringOr(object, "text");
  message.run_id = StringOr(object, "run");
  message.create_time_ms = IntegerOr(object, "time");
  message.run_state = StringOr(object, "state");
  message.failure_reason = StringOr(object, "reason");
  message.implicit = BoolOr(object, "implicit");
  const auto usage = object.find("usage");
  if (usage != object.end() && usage->is_object()) {
    message.usage = {IntegerOr(*usage, "input_tokens"),
                     IntegerOr(*usage, "output_tokens")};
  }
  ReadTools(object, &message);
  return message;
}

}  // namespace agent
