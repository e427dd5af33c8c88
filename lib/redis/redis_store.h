// Everything of the domain that lives in Redis, opened together: the
// connections (appends and records; pages; long logs; wake-ups; blocking
// waits), the scripts, and the interfaces of lib/log on top of them.
#ifndef AGENT_LIB_REDIS_REDIS_STORE_H_
#define AGENT_LIB_REDIS_REDIS_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/callback.h"
#include "lib/log/limits.h"
#include "lib/log/response_log.h"
#include "lib/log/run_store.h"
#include "lib/log/work_queue.h"
#include "lib/redis/redis_options.h"
#include "lib/redis/scripts.h"
#include "lib/redis/store_stats.h"

namespace agent {

// Thread-safe. Destroying it answers what is pending with UNAVAILABLE.
class RedisStore {
 public:
  // Connects and checks what it found. One clear line each, as
  // FAILED_PRECONDITION: an eviction policy other than `noeviction`, a version
  // below 7.0, a cluster, a read-only Redis; UNAVAILABLE: no connection within
  // `connect_timeout`; UNAUTHENTICATED: a wrong password. `transform` is for
  // tests that break a script on purpose.
  static absl::StatusOr<std::unique_ptr<RedisStore>> Open(
      const RedisOptions& redis, const RunLimits& limits,
      const Scripts::Transform& transform = nullptr);

  virtual ~RedisStore() = default;

  virtual RunStore& runs() = 0;
  virtual WorkQueue& work() = 0;
  virtual AgentDirectory& agents() = 0;
  virtual ResponseLog& log() = 0;
  virtual WakeSource& wakes() = 0;

  // OK while Redis answers, and is one that Open would take, and still holds
  // what it held; for health checks, which have it asked. Does not block.
  virtual absl::Status Health() const = 0;

  // Called, on a store's thread, when Redis was restarted (its run_id changed),
  // or emptied: workers rescan. The store itself asks for BGREWRITEAOF once.
  virtual void OnRestart(absl::AnyInvocable<void()> function) = 0;

  // For metrics. A second at most: what Redis does not tell by then is left
  // out.
  virtual void Stats(std::vector<std::string> agents,
                     Callback<StoreStats> done) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_STORE_H_
