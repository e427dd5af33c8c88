// agent-client: talks with an AgentService from the command line.
#include <cstdlib>
#include <string>
#include <vector>

#include "client/program/program.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return agent::client::RunProgram(arguments, [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  });
}
