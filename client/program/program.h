// The agent-client program, but for its main.
#ifndef AGENT_CLIENT_PROGRAM_PROGRAM_H_
#define AGENT_CLIENT_PROGRAM_PROGRAM_H_

#include <string>
#include <vector>

#include "client/program/command_line.h"

namespace agent::client {

struct ProgramFiles {
  int in = 0;
  int out = 1;
  int err = 2;
};

// Runs one command; the process's exit status. Takes SIGINT and SIGTERM over
// while it runs: one at a time in a process.
int RunProgram(const std::vector<std::string>& arguments,
               const Environment& environment, const ProgramFiles& files = {});

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_PROGRAM_H_
