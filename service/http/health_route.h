// GET /api/health: whether this process can do its work, for load balancers
// and people.
#ifndef AGENT_SERVICE_HTTP_HEALTH_ROUTE_H_
#define AGENT_SERVICE_HTTP_HEALTH_ROUTE_H_

#include <functional>

#include "absl/status/status.h"
#include "service/agent_api.h"
#include "service/http/router.h"

namespace agent {

// `health`: OK while the store answers; must not block. Both must outlive the
// router. While it drains the process is unhealthy too: it takes nothing new.
void AddHealthRoute(AgentApi* api, std::function<absl::Status()> health,
                    Router* router);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HEALTH_ROUTE_H_
