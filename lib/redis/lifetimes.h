// How long a conversation's keys live; "Times to live" in docs/protocol.md.
#ifndef AGENT_LIB_REDIS_LIFETIMES_H_
#define AGENT_LIB_REDIS_LIFETIMES_H_

#include <algorithm>
#include <string>
#include <vector>

#include "lib/log/limits.h"

namespace agent {

// The first arguments of every script that writes to a conversation: ms that
// everything lives while there is work, the log after it, the rest after it.
// Work may wait for as long as the queue's time limit.
inline std::vector<std::string> LifetimeArgs(const RunLimits& limits) {
  const absl::Duration live =
      std::max({limits.state_ttl, absl::Hours(24),
                limits.queue_timeout + limits.run_timeout + absl::Hours(1)});
  return {std::to_string(absl::ToInt64Milliseconds(live)),
          std::to_string(absl::ToInt64Milliseconds(limits.stream_ttl)),
          std::to_string(absl::ToInt64Milliseconds(limits.state_ttl))};
}

}  // namespace agent

#endif  // AGENT_LIB_REDIS_LIFETIMES_H_
