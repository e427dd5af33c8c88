#include "client/program/exit_status.h"

#include "agent/client/errors.h"

namespace agent::client {

ExitStatus ExitStatusOf(const absl::Status& status) {
  switch (StreamErrorOf(status)) {
    case StreamError::kNone:
      return ExitStatus::kOk;
    case StreamError::kExpired:
    case StreamError::kTrimmed:
      return ExitStatus::kExpired;
    case StreamError::kUnreachable:
      return ExitStatus::kUnreachable;
    case StreamError::kInvalid:
      return ExitStatus::kUsage;
    case StreamError::kCancelled:
      return ExitStatus::kInterrupted;
    default:
      return ExitStatus::kFailed;
  }
}

}  // namespace agent::client
