#include "client/program/command.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/client/errors.h"
#include "client/program/json.h"

namespace agent::client {
namespace {

constexpr Command kCommands[] = {
    {"chat", "[AGENT]", 0, 1, "talks with an agent", RunChat},
    {"run", "AGENT MESSAGE", 2, 2, "starts a run and streams its answer",
     RunRun},
    {"stream", "CONVERSATION_ID", 1, 1, "streams or resumes an answer",
     RunStream},
    {"cancel", "CONVERSATION_ID RUN_ID", 2, 2, "asks a run to stop", RunCancel},
    {"runs", "CONVERSATION_ID", 1, 1, "lists a conversation's runs", RunRuns},
    {"conversations", "", 0, 0, "lists conversations, newest first",
     RunConversations},
    {"show", "CONVERSATION_ID", 1, 1, "shows a conversation's messages",
     RunShow},
    {"delete", "CONVERSATION_ID", 1, 1, "deletes a conversation", RunDelete},
    {"agents", "", 0, 0, "lists the agents that can be run", RunAgents},
};

constexpr char kExitStatuses[] =
    "Exit status: 0 the run completed, 1 it failed or was cancelled (or "
    "another error),\n"
    "2 wrong usage, 3 the service cannot be reached, 4 the cursor has "
    "expired,\n"
    "130 interrupted.\n";

std::string Sentence(const CommandContext& context,
                     const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  const std::string message = absl::StrCat(
      status.message(), reason.empty() ? "" : absl::StrCat(" (", reason, ")"));
  switch (ExitStatusOf(status)) {
    case ExitStatus::kUnreachable:
      return absl::StrCat("cannot reach the service at ", context.line.server,
                          ": ", message);
    case ExitStatus::kExpired:
      return absl::StrCat("what follows the cursor is gone: ", message);
    default:
      return message.empty() ? absl::StatusCodeToString(status.code())
                             : message;
  }
}

}  // namespace

const Command* FindCommand(const std::string& name) {
  for (const Command& command : kCommands) {
    if (name == command.name) return &command;
  }
  return nullptr;
}

std::string Usage(const Command* command) {
  if (command != nullptr) {
    const std::string flags = DescribeFlags(command->name);
    return absl::StrCat("usage: agent-client ", command->name, " ",
                        command->arguments, flags.empty() ? "" : " [FLAGS]",
                        "\n", command->help, "\n", flags);
  }
  std::string text =
      "usage: agent-client [--server=ADDRESS] COMMAND [ARGUMENTS] [FLAGS]\n"
      "Runs agents of an AgentService and streams what they say.\n\n"
      "Commands:\n";
  for (const Command& each : kCommands) {
    absl::StrAppendFormat(&text, "  %-31s %s\n",
                          absl::StrCat(each.name, " ", each.arguments),
                          each.help);
  }
  return absl::StrCat(text, "\nFlags:\n", DescribeFlags(""),
                      "`agent-client COMMAND --help` shows a command's.\n\n",
                      kExitStatuses);
}

ExitStatus Fail(const CommandContext& context, const absl::Status& status) {
  Output* const err = context.terminal.err;
  err->FreshLine();
  if (context.line.json) {
    err->Write(JsonErrorLine(status));
  } else {
    err->Write(absl::StrCat("agent-client: ", Sentence(context, status)),
               Style::kError);
    err->Write("\n");
  }
  return ExitStatusOf(status);
}

}  // namespace agent::client
