// Everything a program needs to run agents of its own, without a service: the
// store, the readers' tails and a worker, in one process.
#ifndef AGENT_EXAMPLES_EMBEDDED_RUNTIME_H_
#define AGENT_EXAMPLES_EMBEDDED_RUNTIME_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/agent/agent.h"
#include "lib/agent/response_callback.h"
#include "lib/base/timer_queue.h"
#include "lib/log/limits.h"
#include "lib/log/tail_hub.h"
#include "lib/redis/embedded_redis.h"
#include "lib/redis/redis_store.h"
#include "lib/runtime/worker.h"

namespace agent {

// Thread-safe. Destroying it stops the worker at once; another one on the same
// Redis would go on with what it was at.
class EmbeddedRuntime {
 public:
  // `redis`: an address as agent-service takes it; empty: a private
  // redis-server that keeps its files in `data_dir`. `callback` (may be null)
  // must outlive the runtime.
  static absl::StatusOr<std::unique_ptr<EmbeddedRuntime>> Start(
      std::string_view redis, const std::string& data_dir,
      std::vector<std::shared_ptr<Agent>> agents,
      AgentResponseCallback* callback);

  // Makes a run durable; it then goes on by itself. Returns its id.
  absl::StatusOr<std::string> Send(const std::string& conversation_id,
                                   const std::string& agent_name,
                                   const std::string& message);

  // Gives the run's chunks to `sink`, from its first to its terminal one.
  absl::Status Read(const std::string& conversation_id,
                    const std::string& run_id,
                    const std::function<void(const Chunk&)>& sink);

 private:
  EmbeddedRuntime() = default;

  RunLimits limits_;
  // In the order in which they need each other.
  std::unique_ptr<EmbeddedRedis> redis_;
  std::unique_ptr<RedisStore> store_;
  TimerQueue timers_;
  std::unique_ptr<TailHub> hub_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace agent

#endif  // AGENT_EXAMPLES_EMBEDDED_RUNTIME_H_
