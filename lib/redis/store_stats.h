// What the store tells of itself, for metrics.
#ifndef AGENT_LIB_REDIS_STORE_STATS_H_
#define AGENT_LIB_REDIS_STORE_STATS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/callback.h"
#include "lib/redis/redis_client.h"

namespace agent {

// What there is to be done for an agent, over all conversations.
struct QueueDepth {
  std::string agent;  // lower case
  int64_t due = 0;    // conversations that workers look after
  int64_t hints = 0;  // wake-ups that nobody took yet
};

struct StoreStats {
  int64_t reconnects = 0;
  int64_t restarts = 0;          // Redis had another history than before
  int64_t refused_rewrites = 0;  // of its append-only file, after a restart
  std::vector<QueueDepth> queues;
};

// Asks for the depths of `agents`' queues (lower case); those that are not told
// within `patience` are left out. Does not block.
void ReadQueueDepths(RedisClient* client,
                     const std::vector<std::string>& agents,
                     absl::Duration patience,
                     Callback<std::vector<QueueDepth>> done);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_STORE_STATS_H_
