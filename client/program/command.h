// The commands of agent-client.
#ifndef AGENT_CLIENT_PROGRAM_COMMAND_H_
#define AGENT_CLIENT_PROGRAM_COMMAND_H_

#include <string>

#include "absl/status/status.h"
#include "agent/client/agent_client.h"
#include "client/program/command_line.h"
#include "client/program/exit_status.h"
#include "client/program/terminal.h"

namespace agent::client {

// What a command works with.
struct CommandContext {
  const CommandLine& line;
  const Terminal& terminal;
  const AgentClient& client;
};

struct Command {
  const char* name;
  const char* arguments;  // as the usage shows them
  size_t arguments_min;
  size_t arguments_max;
  const char* help;
  ExitStatus (*run)(const CommandContext& context);
};

// Nothing if there is none of this name.
const Command* FindCommand(const std::string& name);

// What --help prints; `command` may be nullptr for the whole program.
std::string Usage(const Command* command);

// Each in the file of its name.
ExitStatus RunChat(const CommandContext& context);
ExitStatus RunRun(const CommandContext& context);
ExitStatus RunStream(const CommandContext& context);
ExitStatus RunCancel(const CommandContext& context);
ExitStatus RunRuns(const CommandContext& context);
ExitStatus RunConversations(const CommandContext& context);
ExitStatus RunShow(const CommandContext& context);
ExitStatus RunDelete(const CommandContext& context);
ExitStatus RunAgents(const CommandContext& context);

// Says what went wrong, as a sentence or as JSON, on standard error.
ExitStatus Fail(const CommandContext& context, const absl::Status& status);

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_COMMAND_H_
