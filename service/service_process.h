// The whole of agent-service, wired: Redis, the store, the readers' hub, the
// worker, the gRPC server and the HTTP gateway, as the role says. There are no
// globals.
#ifndef AGENT_SERVICE_SERVICE_PROCESS_H_
#define AGENT_SERVICE_SERVICE_PROCESS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/agent/agent.h"
#include "lib/base/timer_queue.h"
#include "lib/log/tail_hub.h"
#include "lib/redis/embedded_redis.h"
#include "lib/redis/redis_store.h"
#include "lib/runtime/worker.h"
#include "service/agent_api.h"
#include "service/agent_server.h"
#include "service/http/http_gateway.h"
#include "service/metrics/active_attempts.h"
#include "service/metrics/service_metrics.h"
#include "service/readiness.h"
#include "service/settings.h"
#include "service/stream_registry.h"

namespace agent {

// How the store is opened; tests put something of their own in front of it.
using StoreOpener = std::function<absl::StatusOr<std::unique_ptr<RedisStore>>(
    const RedisOptions& redis, const RunLimits& limits)>;

absl::StatusOr<std::unique_ptr<RedisStore>> OpenRedisStore(
    const RedisOptions& redis, const RunLimits& limits);

// Start, Drain and destroy it on one thread, the process's main thread: the
// embedded Redis lives as long as the thread that started it.
class ServiceProcess {
 public:
  // `agents`: those that a worker here executes; none for a gateway. Returns
  // once everything runs and the agents can be seen by other processes. Errors
  // are one line for an operator.
  static absl::StatusOr<std::unique_ptr<ServiceProcess>> Start(
      Settings settings, std::vector<std::shared_ptr<Agent>> agents,
      const StoreOpener& open_store = OpenRedisStore);

  // Drains with no patience if Drain was not called.
  ~ServiceProcess();

  // Where it serves gRPC; "" for a worker.
  std::string address() const;
  // Where it serves HTTP; "" if it does not.
  std::string http_address() const;

  // Takes nothing new; lets runs and streams end within `--drain_timeout`;
  // hands over those that have not. Blocks that long at most. gRPC calls are
  // still answered: with DRAINING where they would begin something.
  void Drain();

  // After Drain, the last thing before the program exits: so an embedded Redis
  // is stopped in order, while calls are still refused properly.
  void StopEmbeddedRedis();

 private:
  explicit ServiceProcess(Settings settings);

  absl::Status OpenStore(const StoreOpener& open_store);
  absl::Status StartServer(const std::vector<std::shared_ptr<Agent>>& agents);
  absl::Status StartHttp();
  void StartWorker(std::vector<std::shared_ptr<Agent>> agents);
  void AwaitAnnounced(const std::vector<std::string>& names);
  void DrainWithin(absl::Duration patience);

  const Settings settings_;
  // In the order of their dependence: destroyed from the last to the first.
  std::unique_ptr<EmbeddedRedis> embedded_;
  ServiceMetrics metrics_;
  ActiveAttempts attempts_{&metrics_};
  std::unique_ptr<RedisStore> store_;
  TimerQueue timers_;
  std::unique_ptr<TailHub> hub_;
  std::unique_ptr<AgentApi> api_;
  StreamRegistry streams_;
  std::unique_ptr<HttpGateway> http_;
  std::unique_ptr<AgentServer> server_;
  std::unique_ptr<Readiness> readiness_;
  // The worker, as the store's restarts find it; emptied before it goes.
  struct WorkerSlot;
  std::shared_ptr<WorkerSlot> slot_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_SERVICE_PROCESS_H_
