#include "client/src/retry.h"

#include <chrono>

#include "absl/strings/match.h"
#include "agent/client/errors.h"

namespace agent::client {

bool IsTransient(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDeadlineExceeded:
      return true;
    case absl::StatusCode::kResourceExhausted:
      // Without it the limit is one that waiting does not lift.
      return RetryDelay(status).has_value();
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      // A cut transport, not an error of the service, which gives a reason.
      return ErrorReason(status).empty() &&
             (absl::StrContains(status.message(), "RST_STREAM") ||
              absl::StrContains(status.message(), "Stream removed"));
    default:
      return false;
  }
}

Outage::Outage(const RetryPolicy& policy)
    : policy_(policy),
      backoff_({.initial = absl::FromChrono(policy.backoff_initial),
                .max = absl::FromChrono(policy.backoff_max)}) {}

std::optional<absl::Duration> Outage::OnFailure(const absl::Status& status,
                                                absl::Time now) {
  if (!began_.has_value()) began_ = now;
  absl::Duration wait = backoff_.Next();
  // On top of it, so that those who were sent away together do not come back
  // together.
  if (const auto delay = RetryDelay(status)) wait += absl::FromChrono(*delay);
  const absl::Duration left =
      *began_ + absl::FromChrono(policy_.max_outage) - now;
  if (backoff_.failures() > policy_.max_failures || wait > left) {
    return std::nullopt;
  }
  return wait;
}

}  // namespace agent::client
