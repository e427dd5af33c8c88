#include "tests/chaos/history/proto_reading.h"

#include <string>

#include "agent/client/errors.h"

namespace agent::chaos {
namespace {

using Content = v1::ResponseChunk::ContentCase;

StreamId IdOf(const std::string& cursor) {
  return StreamId::Parse(cursor).value_or(StreamId{});
}

Usage UsageOf(const v1::Usage& usage) {
  return {usage.input_tokens(), usage.output_tokens()};
}

ToolCall CallOf(const v1::ToolCall& call) {
  return {call.call_id(), call.name(), call.arguments()};
}

ToolResult ResultOf(const v1::ToolResult& result) {
  return {result.call_id(), result.result(), result.is_error()};
}

ChunkContent ContentOf(const v1::ResponseChunk& message) {
  switch (message.content_case()) {
    case Content::kAttemptStarted:
      return AttemptStarted{message.attempt_started().discard_after()};
    case Content::kToolCall:
      return CallOf(message.tool_call());
    case Content::kToolResult:
      return ResultOf(message.tool_result());
    case Content::kCompleted:
      return RunCompleted{UsageOf(message.completed().usage()),
                          message.completed().text_bytes(),
                          message.completed().text_sha256()};
    case Content::kFailed:
      return RunFailed{message.failed().reason(), message.failed().message()};
    case Content::kCancelled:
      return RunCancelled{};
    default:
      return TextPiece{message.text()};
  }
}

RunState StateOf(v1::Run::State state) {
  switch (state) {
    case v1::Run::RUNNING:
      return RunState::kRunning;
    case v1::Run::COMPLETED:
      return RunState::kCompleted;
    case v1::Run::FAILED:
      return RunState::kFailed;
    case v1::Run::CANCELLED:
      return RunState::kCancelled;
    default:
      return RunState::kQueued;
  }
}

Role RoleOf(v1::Message::Role role) {
  if (role == v1::Message::ASSISTANT) return Role::kAssistant;
  if (role == v1::Message::TOOL) return Role::kTool;
  return Role::kUser;
}

Message MessageOf(const v1::Message& in) {
  Message message;
  message.role = RoleOf(in.role());
  message.text = in.text();
  message.run_id = in.run_id();
  for (const v1::ToolCall& call : in.tool_calls()) {
    message.tool_calls.push_back(CallOf(call));
  }
  if (in.has_tool_result()) message.tool_result = ResultOf(in.tool_result());
  return message;
}

}  // namespace

int64_t MillisOf(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

Chunk ChunkOf(const v1::ResponseChunk& message) {
  Chunk chunk;
  chunk.id = IdOf(message.cursor());
  chunk.run_id = message.run_id();
  chunk.sequence = message.sequence();
  chunk.attempt = message.attempt();
  chunk.create_time_ms = MillisOf(message.create_time());
  chunk.content = ContentOf(message);
  return chunk;
}

Run RunOf(const v1::Run& message) {
  Run run;
  run.run_id = message.run_id();
  run.conversation_id = message.conversation_id();
  run.state = StateOf(message.state());
  run.attempt = message.attempt();
  run.cancel_requested = message.cancel_requested();
  run.accept_time_ms = MillisOf(message.accept_time());
  run.first_id = IdOf(message.first_cursor());
  run.last_id = IdOf(message.last_cursor());
  run.chunk_count = message.chunk_count();
  run.usage = UsageOf(message.usage());
  run.failure = {message.failure().reason(), message.failure().message()};
  run.message = message.message();
  return run;
}

Conversation ConversationOf(const v1::Conversation& message) {
  Conversation conversation;
  conversation.conversation_id = message.conversation_id();
  conversation.agent = message.agent();
  conversation.active_run_id = message.active_run_id();
  conversation.queued_runs = message.queued_runs();
  for (const v1::Message& one : message.messages()) {
    conversation.messages.push_back(MessageOf(one));
  }
  return conversation;
}

Outcome OutcomeOf(const absl::Status& status) {
  return {status.code(), client::ErrorReason(status),
          std::string(status.message())};
}

}  // namespace agent::chaos
