// POST /api/agents/{agent}/run and GET /api/agent/stream/{conversation_id}.
#ifndef AGENT_SERVICE_HTTP_RUN_ROUTES_H_
#define AGENT_SERVICE_HTTP_RUN_ROUTES_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "service/agent_api.h"
#include "service/http/http_exchange.h"
#include "service/http/router.h"
#include "service/http/run_call.h"
#include "service/http/stream_call.h"
#include "service/http/stream_session.h"
#include "service/stream_registry.h"

namespace agent {

// Loop thread only, and longer than every exchange.
class RunRoutes {
 public:
  struct Options {
    AgentApi* api = nullptr;
    StreamRegistry* streams = nullptr;
    absl::Duration wait_limit;  // of those who wait for a run's end
  };

  explicit RunRoutes(Options options) : options_(options) {}

  void AddTo(Router* router);

 private:
  using Exchange = std::shared_ptr<HttpExchange>;

  void Run(const Exchange& exchange, const std::string& agent);
  void RunAndStream(const Exchange& exchange, const RunCall& call);
  void RunAndReply(const Exchange& exchange, const RunCall& call);
  void Stream(const Exchange& exchange, const std::string& conversation_id);
  absl::StatusOr<std::shared_ptr<StreamSession>> Open(
      const Exchange& exchange, const StreamCall& call) const;

  const Options options_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_RUN_ROUTES_H_
