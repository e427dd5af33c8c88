// What went wrong, for programs: the service's canonical code and stable
// reason, and for streams one word that says what to do about it. Errors are
// ordinary absl::Status values; these functions read what they carry.
#ifndef AGENT_CLIENT_ERRORS_H_
#define AGENT_CLIENT_ERRORS_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace agent::client {

// Why a stream ended without its end.
enum class StreamError {
  kNone,         // it did not
  kExpired,      // the log's time is over: run again
  kTrimmed,      // older chunks are gone: start from `0-0`, or run again
  kLost,         // the store forgot what was seen: drop the text, start over
  kNotFound,     // no such conversation or run, or deleted
  kUnreachable,  // the service could not be reached within the retry policy
  kBusy,         // the service had no room within the retry policy
  kInvalid,      // the request is wrong; repeating it does not help
  kIncomplete,   // what came is not all of it: drop the text, start over
  kCancelled,    // Cancel() was called
  kOther,        // anything else, such as a missing permission
};

StreamError StreamErrorOf(const absl::Status& status);
// Such as "EXPIRED".
const char* StreamErrorName(StreamError error);

// `ErrorInfo.reason`, such as STREAM_EXPIRED; empty if there is none.
std::string ErrorReason(const absl::Status& status);
// `ErrorInfo.metadata`, such as field or first_cursor.
std::map<std::string, std::string> ErrorMetadata(const absl::Status& status);
// `RetryInfo.retry_delay`: how long waiting helps.
std::optional<std::chrono::milliseconds> RetryDelay(const absl::Status& status);

// gRPC's status with the details that the service attached.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace agent::client

#endif  // AGENT_CLIENT_ERRORS_H_
