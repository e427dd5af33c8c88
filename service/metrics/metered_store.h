// The store, with everything that goes through it counted.
#ifndef AGENT_SERVICE_METRICS_METERED_STORE_H_
#define AGENT_SERVICE_METRICS_METERED_STORE_H_

#include <memory>

#include "lib/redis/redis_store.h"
#include "service/metrics/active_attempts.h"
#include "service/metrics/service_metrics.h"

namespace agent {

// As thread-safe as `store`. `metrics` and `attempts` must outlive it.
std::unique_ptr<RedisStore> MeteredStore(std::unique_ptr<RedisStore> store,
                                         ServiceMetrics* metrics,
                                         ActiveAttempts* attempts);

}  // namespace agent

#endif  // AGENT_SERVICE_METRICS_METERED_STORE_H_
