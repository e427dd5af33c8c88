#include "service/http/health_route.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "service/http/api_call.h"
#include "service/public_error.h"

namespace agent {
namespace {

using Json = nlohmann::ordered_json;
using Exchange = std::shared_ptr<HttpExchange>;

constexpr int kUnavailable = 503;

HttpReply Unhealthy(const absl::Status& status) {
  const PublicError error = ToPublicError(status);
  Json json;
  json["status"] = "unhealthy";
  json["reason"] = error.details.reason;
  json["message"] = error.message;
  HttpReply reply = JsonReply(kUnavailable, json);
  reply.headers.Add("Retry-After", "1");
  return reply;
}

HttpReply Healthy(const v1::ListAgentsResponse& listed) {
  Json json;
  json["status"] = "healthy";
  json["agents"] = Json::array();
  for (const v1::Agent& agent : listed.agents()) {
    json["agents"].push_back({{"name", agent.name()}});
  }
  json["agent_count"] = listed.agents_size();
  return JsonReply(200, json);
}

void TellHealth(AgentApi* api, const absl::Status& health,
                const Exchange& exchange) {
  if (!health.ok()) {
    return exchange->Reply(
        Unhealthy(StoreUnavailable("the store cannot be reached")));
  }
  if (api->draining()) return exchange->Reply(Unhealthy(DrainingError()));
  CallApi(api, &AgentApi::ListAgents, v1::ListAgentsRequest(), exchange,
          [exchange](const absl::StatusOr<v1::ListAgentsResponse>& agents) {
            exchange->Reply(agents.ok() ? Healthy(*agents)
                                        : Unhealthy(agents.status()));
          });
}

}  // namespace

void AddHealthRoute(AgentApi* api, std::function<absl::Status()> health,
                    Router* router) {
  router->Add("GET", "/api/health",
              [api, health = std::move(health)](const Exchange& exchange,
                                                const PathParams& /*params*/) {
                TellHealth(api, health(), exchange);
              });
}

}  // namespace agent
