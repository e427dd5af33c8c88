#include "client/program/program.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "client/program/command.h"
#include "client/program/interrupt_signal.h"
#include "client/program/terminal.h"

namespace agent::client {
namespace {

constexpr char kVersionLine[] = "agent-client " AGENT_VERSION "\n";

int ExitWith(ExitStatus status) { return static_cast<int>(status); }

int UsageError(Output* err, const std::string& what, const Command* command) {
  err->Write(absl::StrCat("agent-client: ", what, "\n"), Style::kError);
  if (command != nullptr) {
    err->Write(Usage(command));
  } else {
    err->Write("`agent-client --help` says how to use it.\n");
  }
  return ExitWith(ExitStatus::kUsage);
}

std::string ArgumentsProblem(const Command& command, const CommandLine& line) {
  if (line.arguments.size() < command.arguments_min) {
    return absl::StrCat(command.name, " needs ", command.arguments);
  }
  if (line.arguments.size() > command.arguments_max) {
    return absl::StrCat(command.name, " does not take \"",
                        line.arguments[command.arguments_max], "\"");
  }
  return "";
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments,
               const Environment& environment, const ProgramFiles& files) {
  const auto line = ParseCommandLine(arguments, environment);
  const ColorMode color = line.ok() ? line->color : ColorMode::kAuto;
  Output out(files.out, color, environment);
  Output err(files.err, color, environment);
  if (!line.ok()) {
    return UsageError(&err, absl::StrCat(line.status().message()), nullptr);
  }
  const Command* const command = FindCommand(line->command);
  if (line->version) {
    out.Write(kVersionLine);
    return ExitWith(ExitStatus::kOk);
  }
  if (line->help || line->command == "help") {
    out.Write(Usage(command));
    return ExitWith(ExitStatus::kOk);
  }
  if (line->command.empty()) return UsageError(&err, "no command", nullptr);
  if (command == nullptr) {
    return UsageError(&err, absl::StrCat("no command ", line->command),
                      nullptr);
  }
  const std::string problem = ArgumentsProblem(*command, *line);
  if (!problem.empty()) return UsageError(&err, problem, command);

  InterruptSignal interrupt;
  const Terminal terminal = {.out = &out,
                             .err = &err,
                             .in_fd = files.in,
                             .interrupt_fd = interrupt.fd(),
                             .interactive = isatty(files.in) == 1};
  const AgentClient client(CreateChannel(line->server));
  return ExitWith(command->run({*line, terminal, client}));
}

}  // namespace agent::client
