// `run AGENT MESSAGE`, `stream CONVERSATION_ID`.
#include "absl/strings/str_cat.h"
#include "client/program/command.h"
#include "client/program/json.h"
#include "client/program/stream_session.h"
#include "client/src/cursor.h"

namespace agent::client {

ExitStatus RunRun(const CommandContext& context) {
  v1::RunAgentRequest request;
  request.set_agent(context.line.arguments[0]);
  request.set_message(context.line.arguments[1]);
  request.set_conversation_id(context.line.conversation);
  request.set_request_id(context.line.request_id);
  const auto run = context.client.RunAgent(request);
  if (!run.ok()) return Fail(context, run.status());
  if (context.line.json) {
    context.terminal.out->Write(JsonLine(*run));
  } else {
    context.terminal.err->Write(
        absl::StrCat("Conversation ID: ", run->conversation_id(),
                     "\nRun ID: ", run->run_id(), "\n"),
        Style::kNotice);
  }
  v1::StreamResponseRequest stream;
  stream.set_conversation_id(run->conversation_id());
  stream.set_run_id(run->run_id());
  return ShowStreamAndExit(context, stream);
}

ExitStatus RunStream(const CommandContext& context) {
  const std::string& cursor = context.line.cursor;
  if (!cursor.empty() && !Cursor::Parse(cursor).has_value()) {
    return Fail(context,
                absl::InvalidArgumentError(absl::StrCat(
                    "--cursor: \"", cursor, "\" is not <number>-<number>")));
  }
  v1::StreamResponseRequest stream;
  stream.set_conversation_id(context.line.arguments[0]);
  stream.set_run_id(context.line.run);
  stream.set_cursor(cursor);
  stream.set_follow(context.line.follow);
  return ShowStreamAndExit(context, stream);
}

}  // namespace agent::client
