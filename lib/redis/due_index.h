// `agent-due`, the truth about which conversations need a look and when, and
// `agent-wake`, the hints. Shared by the run store, which keeps what it
// executes due at its lease's end, and the work queue.
#ifndef AGENT_LIB_REDIS_DUE_INDEX_H_
#define AGENT_LIB_REDIS_DUE_INDEX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/time/time.h"
#include "lib/base/callback.h"
#include "lib/base/mutex.h"
#include "lib/log/work_queue.h"
#include "lib/redis/redis_client.h"
#include "lib/redis/scripts.h"

namespace agent {

// Thread-safe. `client` and `scripts` must outlive it.
class DueIndex {
 public:
  DueIndex(RedisClient* client, const Scripts* scripts, absl::Duration lease)
      : client_(client), scripts_(scripts), lease_(lease) {}

  // Due after `delay` by Redis' clock, and never later than it already is.
  // Asked for on behalf of someone else: not remembered as ours, and whoever
  // set the score finds it changed.
  void Request(const WorkHint& work, absl::Duration delay, StatusCallback done);

  // As Request, but on behalf of this process: remembered as set by it, unless
  // it was due by then already.
  void Set(const WorkHint& work, absl::Duration delay, StatusCallback done);

  // Keeps the conversation due at `deadline_ms`, the end of a lease of ours.
  // It alone may put a look off: while we hold the lease nobody else can do
  // anything, and at its end we look ourselves. Costs a command only when it
  // moved by a sixth of a lease; not awaited.
  void Heartbeat(const WorkHint& work, int64_t deadline_ms);

  // Pushes a hint; not awaited. It is lost without harm.
  void Hint(const WorkHint& work);

  // The score this process set last; whoever finds another one may not remove
  // the conversation: somebody asked for a look since.
  void Remember(const WorkHint& work, int64_t score_ms);
  std::optional<int64_t> Forget(const WorkHint& work);

 private:
  RedisClient* const client_;
  const Scripts* const scripts_;
  const absl::Duration lease_;
  Mutex mu_;
  std::unordered_map<std::string, int64_t> scores_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_DUE_INDEX_H_
