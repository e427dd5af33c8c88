// The routes that read and change conversations and their runs, and list the
// agents: each is one call of AgentApi.
#ifndef AGENT_SERVICE_HTTP_CONVERSATION_ROUTES_H_
#define AGENT_SERVICE_HTTP_CONVERSATION_ROUTES_H_

#include "service/agent_api.h"
#include "service/http/router.h"

namespace agent {

// `api` must outlive the router.
void AddConversationRoutes(AgentApi* api, Router* router);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_CONVERSATION_ROUTES_H_
