// How long to go on trying.
#ifndef AGENT_CLIENT_RETRY_POLICY_H_
#define AGENT_CLIENT_RETRY_POLICY_H_

#include <chrono>

namespace agent::client {

// A prototype: every outage begins with a fresh copy, so that the policy bounds
// the time without progress and never the life of a stream. Waits are uniform
// between nothing and a bound that doubles (full jitter), and never shorter
// than what the service asks for (RetryInfo).
struct RetryPolicy {
  // Failures in a row.
  int max_failures = 60;
  // From the first failure on.
  std::chrono::milliseconds max_outage = std::chrono::minutes(2);
  // Bounds of the first wait and of any.
  std::chrono::milliseconds backoff_initial = std::chrono::milliseconds(100);
  std::chrono::milliseconds backoff_max = std::chrono::seconds(5);
};

// For somebody who waits in front of a screen: about two seconds.
inline RetryPolicy QuickRetryPolicy() {
  return {.max_failures = 6,
          .max_outage = std::chrono::seconds(10),
          .backoff_initial = std::chrono::milliseconds(100),
          .backoff_max = std::chrono::seconds(1)};
}

}  // namespace agent::client

#endif  // AGENT_CLIENT_RETRY_POLICY_H_
