// Runs a program and reads what it writes, without a shell.
#ifndef AGENT_LIB_AGENT_SUBPROCESS_H_
#define AGENT_LIB_AGENT_SUBPROCESS_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace agent {

struct ProgramLimits {
  absl::Duration timeout = absl::Seconds(30);
  size_t output_bytes_max = 256 << 10;
};

struct ProgramResult {
  int exit_status = 0;  // -1: a signal ended it
  std::string output;   // standard output; nothing else is kept
};

// `argv[0]` is a path. The program gets this process's environment, nothing to
// read, and a process group of its own, which is killed when it takes too long
// (DEADLINE_EXCEEDED), writes too much (RESOURCE_EXHAUSTED), or `stop_status`,
// asked ten times a second, is no longer OK (which is returned). NOT_FOUND: it
// cannot be started. Blocks; thread-safe.
absl::StatusOr<ProgramResult> RunProgram(
    const std::vector<std::string>& argv, const ProgramLimits& limits,
    absl::FunctionRef<absl::Status()> stop_status);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_SUBPROCESS_H_
