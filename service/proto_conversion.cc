#include "service/proto_conversion.h"

#include <variant>

namespace agent {
namespace {

void SetUsage(const Usage& usage, v1::Usage* out) {
  out->set_input_tokens(usage.input_tokens);
  out->set_output_tokens(usage.output_tokens);
}

void SetToolCall(const ToolCall& call, v1::ToolCall* out) {
  out->set_call_id(call.call_id);
  out->set_name(call.name);
  out->set_arguments(call.arguments);
}

void SetToolResult(const ToolResult& result, v1::ToolResult* out) {
  out->set_call_id(result.call_id);
  out->set_result(result.result);
  out->set_is_error(result.is_error);
}

void SetFailure(const RunFailed& failure, v1::RunFailed* out) {
  out->set_reason(failure.reason);
  out->set_message(failure.message);
}

// One overload for each kind of content.
struct ContentWriter {
  v1::ResponseChunk* out;

  void operator()(const TextPiece& piece) const { out->set_text(piece.text); }
  void operator()(const AttemptStarted& started) const {
    out->mutable_attempt_started()->set_discard_after(started.discard_after);
  }
  void operator()(const ToolCall& call) const {
    SetToolCall(call, out->mutable_tool_call());
  }
  void operator()(const ToolResult& result) const {
    SetToolResult(result, out->mutable_tool_result());
  }
  void operator()(const RunCompleted& completed) const {
    auto* message = out->mutable_completed();
    SetUsage(completed.usage, message->mutable_usage());
    message->set_text_bytes(completed.text_bytes);
    message->set_text_sha256(completed.text_sha256);
  }
  void operator()(const RunFailed& failed) const {
    SetFailure(failed, out->mutable_failed());
  }
  void operator()(const RunCancelled&) const { out->mutable_cancelled(); }
};

v1::Run::State ToState(RunState state) {
  switch (state) {
    case RunState::kQueued:
      return v1::Run::QUEUED;
    case RunState::kRunning:
      return v1::Run::RUNNING;
    case RunState::kCompleted:
      return v1::Run::COMPLETED;
    case RunState::kFailed:
      return v1::Run::FAILED;
    case RunState::kCancelled:
      return v1::Run::CANCELLED;
  }
  return v1::Run::STATE_UNSPECIFIED;
}

v1::Message::Role ToRole(Role role) {
  switch (role) {
    case Role::kUser:
      return v1::Message::USER;
    case Role::kAssistant:
      return v1::Message::ASSISTANT;
    case Role::kTool:
      return v1::Message::TOOL;
  }
  return v1::Message::ROLE_UNSPECIFIED;
}

void SetTimes(const Run& run, v1::Run* out) {
  if (run.accept_time_ms > 0) {
    *out->mutable_accept_time() = ToTimestamp(run.accept_time_ms);
  }
  if (run.start_time_ms > 0) {
    *out->mutable_start_time() = ToTimestamp(run.start_time_ms);
  }
  if (run.end_time_ms > 0) {
    *out->mutable_end_time() = ToTimestamp(run.end_time_ms);
  }
}

}  // namespace

google::protobuf::Timestamp ToTimestamp(int64_t unix_ms) {
  google::protobuf::Timestamp time;
  time.set_seconds(unix_ms / 1000);
  time.set_nanos(static_cast<int32_t>(unix_ms % 1000 * 1000000));
  return time;
}

google::protobuf::Duration ToProtoDuration(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  google::protobuf::Duration out;
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(duration - absl::Seconds(seconds))));
  return out;
}

absl::Duration FromProtoDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) +
         absl::Nanoseconds(duration.nanos());
}

std::string CursorText(const StreamId& id) {
  return id.IsZero() ? "" : id.ToString();
}

void ToProto(const Chunk& chunk, v1::ResponseChunk* out) {
  out->set_cursor(chunk.id.ToString());
  out->set_run_id(chunk.run_id);
  out->set_sequence(chunk.sequence);
  out->set_attempt(chunk.attempt);
  if (chunk.create_time_ms > 0) {
    *out->mutable_create_time() = ToTimestamp(chunk.create_time_ms);
  }
  std::visit(ContentWriter{out}, chunk.content);
}

void ToProto(const Message& message, v1::Message* out) {
  out->set_role(ToRole(message.role));
  out->set_text(message.text);
  for (const ToolCall& call : message.tool_calls) {
    SetToolCall(call, out->add_tool_calls());
  }
  if (message.tool_result.has_value()) {
    SetToolResult(*message.tool_result, out->mutable_tool_result());
  }
  out->set_run_id(message.run_id);
  if (message.create_time_ms > 0) {
    *out->mutable_create_time() = ToTimestamp(message.create_time_ms);
  }
}

void ToProto(const AgentInfo& agent, v1::Agent* out) {
  out->set_name(agent.name);
  out->set_description(agent.description);
  for (const std::string& tool : agent.tools) out->add_tools(tool);
  out->set_workers(agent.workers);
}

void ToProto(const Run& run, const std::string& agent, v1::Run* out) {
  out->set_run_id(run.run_id);
  out->set_conversation_id(run.conversation_id);
  out->set_agent(agent);
  out->set_state(ToState(run.state));
  out->set_attempt(run.attempt);
  out->set_cancel_requested(run.cancel_requested);
  SetTimes(run, out);
  out->set_first_cursor(CursorText(run.first_id));
  out->set_last_cursor(CursorText(run.last_id));
  out->set_chunk_count(run.chunk_count);
  SetUsage(run.usage, out->mutable_usage());
  if (run.state == RunState::kFailed) {
    SetFailure(run.failure, out->mutable_failure());
  }
  out->set_message(run.message);
}

void ToProto(const Conversation& conversation, const std::string& agent,
             v1::Conversation* out) {
  out->set_conversation_id(conversation.conversation_id);
  out->set_agent(agent);
  if (conversation.create_time_ms > 0) {
    *out->mutable_create_time() = ToTimestamp(conversation.create_time_ms);
  }
  if (conversation.update_time_ms > 0) {
    *out->mutable_update_time() = ToTimestamp(conversation.update_time_ms);
  }
  if (conversation.expire_time_ms > 0) {
    *out->mutable_expire_time() = ToTimestamp(conversation.expire_time_ms);
  }
  out->set_active_run_id(conversation.active_run_id);
  out->set_queued_runs(conversation.queued_runs);
  for (const Message& message : conversation.messages) {
    ToProto(message, out->add_messages());
  }
}

RunOptions FromProto(const v1::RunOptions& options,
                     absl::Duration default_timeout) {
  RunOptions out;
  out.disable_tools = options.disable_tools();
  out.response_json_schema = options.response_json_schema();
  out.timeout = options.has_timeout() ? FromProtoDuration(options.timeout())
                                      : default_timeout;
  return out;
}

}  // namespace agent
