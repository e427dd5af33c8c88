// What can be retried, and for how long.
#ifndef AGENT_CLIENT_SRC_RETRY_H_
#define AGENT_CLIENT_SRC_RETRY_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/client/retry_policy.h"
#include "lib/base/backoff.h"

namespace agent::client {

// Whether a stream that ended so can go on at its cursor: the connection or the
// service failed, not the request.
bool IsTransient(const absl::Status& status);

// One outage: from the first failure to the next progress.
// Threads: thread-compatible.
class Outage {
 public:
  explicit Outage(const RetryPolicy& policy);

  // How long to wait before trying again; nothing if the policy is used up.
  std::optional<absl::Duration> OnFailure(const absl::Status& status,
                                          absl::Time now);

 private:
  const RetryPolicy policy_;
  Backoff backoff_;
  std::optional<absl::Time> began_;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_SRC_RETRY_H_
