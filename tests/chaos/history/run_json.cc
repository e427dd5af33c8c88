#include "tests/chaos/history/run_json.h"

#include "tests/chaos/history/chunk_json.h"

namespace agent::chaos {
namespace {

using nlohmann::json;

json ToJson(const Message& message) {
  json out = {{"role", static_cast<int>(message.role)},
              {"text", message.text},
              {"run", message.run_id},
              {"calls", json::array()}};
  for (const ToolCall& call : message.tool_calls) {
    out["calls"].push_back(ToolCallToJson(call));
  }
  if (message.tool_result.has_value()) {
    out["result"] = ToolResultToJson(*message.tool_result);
  }
  return out;
}

Message FromJson(const json& in) {
  Message message;
  message.role = static_cast<Role>(in.at("role").get<int>());
  message.text = in.at("text");
  message.run_id = in.at("run");
  for (const json& call : in.at("calls")) {
    message.tool_calls.push_back(ToolCallFromJson(call));
  }
  if (in.contains("result")) {
    message.tool_result = ToolResultFromJson(in.at("result"));
  }
  return message;
}

}  // namespace

json RunToJson(const Run& run) {
  return {{"run", run.run_id},
          {"conversation", run.conversation_id},
          {"state", static_cast<int>(run.state)},
          {"attempt", run.attempt},
          {"cancel_requested", run.cancel_requested},
          {"accepted", run.accept_time_ms},
          {"first", run.first_id.ToString()},
          {"last", run.last_id.ToString()},
          {"chunks", run.chunk_count},
          {"input", run.usage.input_tokens},
          {"output", run.usage.output_tokens},
          {"reason", run.failure.reason},
          {"failure", run.failure.message}};
}

Run RunFromJson(const json& in) {
  Run run;
  run.run_id = in.at("run");
  run.conversation_id = in.at("conversation");
  run.state = static_cast<RunState>(in.at("state").get<int>());
  run.attempt = in.at("attempt");
  run.cancel_requested = in.at("cancel_requested");
  run.accept_time_ms = in.at("accepted");
  run.first_id = IdFromJson(in.at("first"));
  run.last_id = IdFromJson(in.at("last"));
  run.chunk_count = in.at("chunks");
  run.usage = {in.at("input"), in.at("output")};
  run.failure = {in.at("reason"), in.at("failure")};
  return run;
}

json ConversationToJson(const Conversation& conversation) {
  json out = {{"conversation", conversation.conversation_id},
              {"active", conversation.active_run_id},
              {"queued", conversation.queued_runs},
              {"messages", json::array()}};
  for (const Message& message : conversation.messages) {
    out["messages"].push_back(ToJson(message));
  }
  return out;
}

Conversation ConversationFromJson(const json& in) {
  Conversation conversation;
  conversation.conversation_id = in.at("conversation");
  conversation.active_run_id = in.at("active");
  conversation.queued_runs = in.at("queued");
  for (const json& message : in.at("messages")) {
    conversation.messages.push_back(FromJson(message));
  }
  return conversation;
}

}  // namespace agent::chaos
