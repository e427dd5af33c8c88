// The program's exit statuses: part of its contract with scripts.
#ifndef AGENT_CLIENT_PROGRAM_EXIT_STATUS_H_
#define AGENT_CLIENT_PROGRAM_EXIT_STATUS_H_

#include "absl/status/status.h"

namespace agent::client {

enum class ExitStatus {
  kOk = 0,           // the run completed, or the command did what it should
  kFailed = 1,       // the run failed or was cancelled; any other error
  kUsage = 2,        // wrong usage, or a request that the service calls invalid
  kUnreachable = 3,  // the service cannot be reached
  kExpired = 4,      // what follows the cursor is gone
  kInterrupted = 130,  // Ctrl-C; the run goes on
};

ExitStatus ExitStatusOf(const absl::Status& status);

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_EXIT_STATUS_H_
