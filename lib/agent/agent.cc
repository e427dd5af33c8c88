#include "lib/agent/agent.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "lib/base/error.h"

namespace agent {
namespace {

// Marks a status as an agent's own, in its details' metadata: a context's error
// (the run must stop) may have the same code and must not be taken for one.
constexpr char kRetryable[] = "run_error_retryable";
constexpr char kDefaultReason[] = "AGENT_ERROR";

}  // namespace

absl::Status RunError(std::string_view reason, std::string_view message,
                      bool retryable) {
  return MakeError(retryable ? absl::StatusCode::kUnavailable
                             : absl::StatusCode::kFailedPrecondition,
                   message,
                   {.reason = std::string(reason),
                    .metadata = {{kRetryable, retryable ? "true" : "false"}},
                    .retry_after = std::nullopt});
}

bool IsRunError(const absl::Status& status) {
  const auto details = GetErrorDetails(status);
  return details.has_value() && details->metadata.contains(kRetryable);
}

bool IsRetryableRunError(const absl::Status& status) {
  const auto details = GetErrorDetails(status);
  if (!details.has_value()) return false;
  const auto it = details->metadata.find(kRetryable);
  return it != details->metadata.end() && it->second == "true";
}

RunFailed ToRunFailed(const absl::Status& status) {
  if (IsRunError(status)) {
    std::string message(status.message());
    return {.reason = ReasonOf(status), .message = std::move(message)};
  }
  return {.reason = kDefaultReason,
          .message = "the agent ended with an error (" +
                     absl::StatusCodeToString(status.code()) + ")"};
}

}  // namespace agent
