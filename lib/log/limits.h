// Every bound of the service that a flag can change, with its default. Those
// that cannot be changed are constants beside what they bound.
#ifndef AGENT_LIB_LOG_LIMITS_H_
#define AGENT_LIB_LOG_LIMITS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace agent {

struct RunLimits {
  absl::Duration stream_ttl = absl::Minutes(10);
  absl::Duration state_ttl = absl::Hours(336);
  absl::Duration lease = absl::Seconds(15);
  int max_attempts = 5;
  absl::Duration queue_timeout = absl::Hours(24);
  absl::Duration run_timeout = absl::Minutes(30);
  // Waits before attempts: 0, this, 4 x this, 16 x this.
  absl::Duration attempt_backoff = absl::Seconds(1);
  int64_t max_message_bytes = 1 << 20;
  int64_t max_chunk_bytes = 256 << 10;
  int64_t max_run_bytes = 16 << 20;
  int64_t max_run_chunks = 100000;
  int max_queued_runs = 100;
  int max_history_messages = 1000;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_LIMITS_H_
