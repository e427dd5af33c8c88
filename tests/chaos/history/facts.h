// What the checker knows beside the history: the faults that may take back what
// was seen, and what was found in Redis at the end.
#ifndef AGENT_TESTS_CHAOS_HISTORY_FACTS_H_
#define AGENT_TESTS_CHAOS_HISTORY_FACTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/log/chunk.h"

namespace agent::chaos {

// Redis was killed and lost its newest writes: of the time from `kept_until`
// to `begin`, by the wall clock. At `end` it answered again.
struct PowerLoss {
  absl::Time kept_until;
  absl::Time begin;
  absl::Time end;
};

// A fault, from when it struck until it was healed.
struct Disturbance {
  absl::Time begin;
  absl::Time end;
};

struct RedisKey {
  std::string name;
  std::string type;
  int64_t ttl_ms = 0;  // as PTTL: -1: none
};

// What stands in Redis when all is over.
struct RedisAudit {
  bool taken = false;
  std::vector<RedisKey> keys;
  // The logs, whole, by conversation.
  std::map<std::string, std::vector<Chunk>> logs;
  // Conversations that `agent-due:*` still holds.
  std::vector<std::string> due;
};

struct Facts {
  std::vector<PowerLoss> power_losses;
  // Whether there was no fault at all: then no call may fail.
  bool undisturbed = false;
  // Whether attempts may be used up: runs may then end ATTEMPTS_EXHAUSTED,
  // after at least so many.
  bool attempts_may_run_out = false;
  int max_attempts = 5;
  // How long a run may stand still while nothing is disturbed: a lease, a
  // sweep, the longest back-off, and some time for a busy machine.
  absl::Duration patience = absl::InfiniteDuration();
  std::vector<Disturbance> disturbances;
  RedisAudit audit;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_FACTS_H_
