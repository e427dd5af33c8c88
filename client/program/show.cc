// `show`, `cancel`, `delete`: one conversation, one run.
#include "absl/strings/str_cat.h"
#include "client/program/command.h"
#include "client/program/json.h"

namespace agent::client {
namespace {

void PrintMessage(const v1::Message& message, const std::string& agent,
                  Output* out) {
  switch (message.role()) {
    case v1::Message::USER:
      out->Write("You: ", Style::kPrompt);
      break;
    case v1::Message::ASSISTANT:
      out->Write(absl::StrCat(agent, ": "), Style::kTitle);
      break;
    default:
      out->Write(absl::StrCat("[result: ", message.tool_result().result(), "]"),
                 Style::kDim);
      break;
  }
  out->Write(message.text());
  for (const v1::ToolCall& call : message.tool_calls()) {
    out->FreshLine();
    out->Write(absl::StrCat("[calls ", call.name(), " ", call.arguments(), "]"),
               Style::kDim);
  }
  out->FreshLine();
}

}  // namespace

ExitStatus RunShow(const CommandContext& context) {
  v1::GetConversationRequest request;
  request.set_conversation_id(context.line.arguments[0]);
  const auto conversation = context.client.GetConversation(request);
  if (!conversation.ok()) return Fail(context, conversation.status());
  Output* const out = context.terminal.out;
  if (context.line.json) {
    out->Write(JsonLine(*conversation));
    return ExitStatus::kOk;
  }
  const std::string active =
      conversation->active_run_id().empty()
          ? ""
          : absl::StrCat(", running ", conversation->active_run_id());
  out->Write(absl::StrCat("Conversation ", conversation->conversation_id(),
                          " with ", conversation->agent(), active, ", ",
                          conversation->queued_runs(), " queued\n"),
             Style::kNotice);
  for (const v1::Message& message : conversation->messages()) {
    PrintMessage(message, conversation->agent(), out);
  }
  return ExitStatus::kOk;
}

ExitStatus RunCancel(const CommandContext& context) {
  v1::CancelRunRequest request;
  request.set_conversation_id(context.line.arguments[0]);
  request.set_run_id(context.line.arguments[1]);
  const auto run = context.client.CancelRun(request);
  if (!run.ok()) return Fail(context, run.status());
  if (context.line.json) {
    context.terminal.out->Write(JsonLine(*run));
    return ExitStatus::kOk;
  }
  const bool asked = run->state() == v1::Run::RUNNING;
  context.terminal.out->Write(absl::StrCat(run->run_id(), " ",
                                           v1::Run::State_Name(run->state()),
                                           asked ? ", asked to stop\n" : "\n"));
  return ExitStatus::kOk;
}

ExitStatus RunDelete(const CommandContext& context) {
  v1::DeleteConversationRequest request;
  request.set_conversation_id(context.line.arguments[0]);
  request.set_force(context.line.force);
  const absl::Status status = context.client.DeleteConversation(request);
  if (!status.ok()) return Fail(context, status);
  context.terminal.out->Write(
      context.line.json
          ? JsonLine(v1::DeleteConversationResponse())
          : absl::StrCat("deleted ", context.line.arguments[0], "\n"));
  return ExitStatus::kOk;
}

}  // namespace agent::client
