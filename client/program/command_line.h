// The command line, parsed: flags may stand anywhere, each only with the
// commands that know it.
#ifndef AGENT_CLIENT_PROGRAM_COMMAND_LINE_H_
#define AGENT_CLIENT_PROGRAM_COMMAND_LINE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace agent::client {

enum class ColorMode { kAuto, kAlways, kNever };

struct CommandLine {
  std::string command;
  std::vector<std::string> arguments;

  std::string server = "localhost:50051";
  bool json = false;
  ColorMode color = ColorMode::kAuto;
  bool help = false;
  bool version = false;

  std::string conversation;
  std::string request_id;
  std::string cursor;
  std::string run;
  std::string agent;
  bool follow = false;
  bool force = false;
  int limit = 50;
  absl::Duration max_outage = absl::Minutes(2);
};

using Environment = std::function<std::string(const char* name)>;

// INVALID_ARGUMENT with one line that says what is wrong. `--name=value`,
// `--name value`, `--switch`, `--switch=false`, `--` ends the flags.
absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments, const Environment& environment);

// The flags that `command` knows, for --help; the global ones for "".
std::string DescribeFlags(const std::string& command);

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_COMMAND_LINE_H_
