// What of an error leaves the process, whatever protocol it leaves by.
#ifndef AGENT_SERVICE_PUBLIC_ERROR_H_
#define AGENT_SERVICE_PUBLIC_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "lib/base/error.h"

namespace agent {

struct PublicError {
  absl::StatusCode code = absl::StatusCode::kInternal;
  std::string message;
  ErrorDetails details;
};

// Of a status that is not OK. An error that no layer gave a reason is a fault
// of ours: it is logged, and told as INTERNAL without a word about the inside.
PublicError ToPublicError(const absl::Status& status);

// This process is shutting down. UNAVAILABLE, with RetryInfo.
absl::Status DrainingError();

// `status` with the position from which to resume, if it is one after which a
// client resumes.
absl::Status WithCursor(const absl::Status& status, const std::string& cursor);

}  // namespace agent

#endif  // AGENT_SERVICE_PUBLIC_ERROR_H_
