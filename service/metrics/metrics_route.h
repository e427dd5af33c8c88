// GET /metrics.
#ifndef AGENT_SERVICE_METRICS_METRICS_ROUTE_H_
#define AGENT_SERVICE_METRICS_METRICS_ROUTE_H_

#include "lib/redis/redis_store.h"
#include "service/http/router.h"
#include "service/metrics/service_metrics.h"
#include "service/stream_registry.h"

namespace agent {

// What the route works with; all must outlive the router.
struct MetricsSources {
  ServiceMetrics* metrics = nullptr;
  RedisStore* store = nullptr;
  const StreamRegistry* streams = nullptr;
};

// Answers also while Redis does not: then with what was known last.
void AddMetricsRoute(const MetricsSources& sources, Router* router);

}  // namespace agent

#endif  // AGENT_SERVICE_METRICS_METRICS_ROUTE_H_
