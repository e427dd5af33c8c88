#include "lib/agent/chat_request.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/agent/json_depth.h"
#include "lib/agent/model_error.h"
#include "lib/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace agent {
namespace {

using Json = nlohmann::json;

absl::StatusOr<Json> ParseSchema(std::string_view text, const char* what) {
  if (JsonDepth(text) > kJsonDepthMax) {
    return ModelRefused(std::string(what) + " is nested too deeply");
  }
  Json json = Json::parse(text, nullptr, false);
  if (json.is_object()) return json;
  return ModelRefused(std::string(what) + " is not a JSON object");
}

// Whether every object in `schema` is closed and requires all it lists.
bool IsStrict(const Json& schema) {
  if (schema.is_array()) {
    return std::all_of(schema.begin(), schema.end(), IsStrict);
  }
  if (!schema.is_object()) return true;
  const auto properties = schema.find("properties");
  if (properties != schema.end() && properties->is_object()) {
    const auto closed = schema.find("additionalProperties");
    const auto required = schema.find("required");
    if (closed == schema.end() || *closed != Json(false) ||
        required == schema.end() || required->size() != properties->size()) {
      return false;
    }
  }
  return std::all_of(schema.begin(), schema.end(), IsStrict);
}

Json ToolCallsJson(const std::vector<ToolCall>& calls) {
  Json list = Json::array();
  for (const ToolCall& call : calls) {
    list.push_back(
        {{"id", call.call_id},
         {"type", "function"},
         {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  }
  return list;
}

Json MessageJson(const Message& message) {
  switch (message.role) {
    case Role::kUser:
      return {{"role", "user"}, {"content", message.text}};
    case Role::kTool: {
      const ToolResult result = message.tool_result.value_or(ToolResult{});
      return {{"role", "tool"},
              {"tool_call_id", result.call_id},
              {"content", (result.is_error ? "error: " : "") + result.result}};
    }
    case Role::kAssistant:
      break;
  }
  Json json = {{"role", "assistant"}, {"content", message.text}};
  if (!message.tool_calls.empty()) {
    if (message.text.empty()) json["content"] = nullptr;
    json["tool_calls"] = ToolCallsJson(message.tool_calls);
  }
  return json;
}

absl::StatusOr<Json> ToolJson(const ToolSpec& tool) {
  ASSIGN_OR_RETURN(Json parameters,
                   ParseSchema(tool.parameters_schema, "a tool's schema"));
  return Json{{"type", "function"},
              {"function",
               {{"name", tool.name},
                {"description", tool.description},
                {"parameters", std::move(parameters)}}}};
}

}  // namespace

absl::StatusOr<std::string> ChatRequestBody(const ModelRequest& request,
                                            std::string_view model) {
  Json body = {{"stream", true}, {"stream_options", {{"include_usage", true}}}};
  if (!model.empty()) body["model"] = model;
  Json messages = Json::array();
  if (!request.instructions.empty()) {
    messages.push_back({{"role", "system"}, {"content", request.instructions}});
  }
  for (const Message& message : request.messages) {
    messages.push_back(MessageJson(message));
  }
  body["messages"] = std::move(messages);
  for (const ToolSpec& tool : request.tools) {
    ASSIGN_OR_RETURN(Json json, ToolJson(tool));
    body["tools"].push_back(std::move(json));
  }
  if (!request.response_json_schema.empty()) {
    ASSIGN_OR_RETURN(Json schema, ParseSchema(request.response_json_schema,
                                              "response_json_schema"));
    const bool strict = IsStrict(schema);
    body["response_format"] = {{"type", "json_schema"},
                               {"json_schema",
                                {{"name", "response"},
                                 {"strict", strict},
                                 {"schema", std::move(schema)}}}};
  }
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace agent
