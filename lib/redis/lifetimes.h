// How long a conversation's keys live; "Times to live" in docs/protocol.md.
#ifndef AGENT_LIB_REDIS_LIFETIMES_H_
#define AGENT_LIB_REDIS_LIFETIMES_H_

#include <algorithm>
#include <string>
#include <vector>

#include "lib/log/limits.h"

namespace agent {

// While there is work, which may wait for as long as the queue's time limit.
inline absl::Duration LiveTime(const RunLimits& limits) {
  return std::max({limits.state_ttl, absl::Hours(24),
                   limits.queue_timeout + limits.run_timeout + absl::Hours(1)});
}

// After this nothing is left of a conversation in which nothing was accepted:
// its work ends within the one half, and what that left within the other.
inline absl::Duration LongestLife(const RunLimits& limits) {
  return 2 * LiveTime(limits);
}

// The first arguments of every script that writes to a conversation: ms that
// everything lives while there is work, the log after it, the rest after it.
inline std::vector<std::string> LifetimeArgs(const RunLimits& limits) {
  return {std::to_string(absl::ToInt64Milliseconds(LiveTime(limits))),
          std::to_string(absl::ToInt64Milliseconds(limits.stream_ttl)),
          std::to_string(absl::ToInt64Milliseconds(limits.state_ttl))};
}

}  // namespace agent

#endif  // AGENT_LIB_REDIS_LIFETIMES_H_
