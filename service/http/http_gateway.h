// The HTTP API: checks who asks, finds the route, and has AgentApi answer. One
// set of rules, two ways in: none of them stands here.
#ifndef AGENT_SERVICE_HTTP_HTTP_GATEWAY_H_
#define AGENT_SERVICE_HTTP_HTTP_GATEWAY_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/agent_api.h"
#include "service/http/http_server.h"
#include "service/http/origin_check.h"
#include "service/http/router.h"
#include "service/http/run_routes.h"
#include "service/http/static_files.h"
#include "service/stream_registry.h"

namespace agent {

struct GatewayOptions {
  HttpServerOptions server;
  OriginPolicy origins;
  absl::Duration wait_limit = absl::Seconds(100);
};

// What the gateway works with; all must outlive it.
struct GatewayServices {
  AgentApi* api = nullptr;
  StreamRegistry* streams = nullptr;
  std::function<absl::Status()> health;  // OK while the store answers
  StaticFiles files;
  // Routes beyond those of the API; may be empty.
  std::function<void(Router*)> add_routes;
};

// Thread-safe.
class HttpGateway {
 public:
  // UNAVAILABLE: the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpGateway>> Start(
      GatewayOptions options, GatewayServices services);

  ~HttpGateway();

  // Where it listens, with the port that was picked.
  const std::string& address() const { return server_->address(); }

  void BeginDrain() { server_->BeginDrain(); }
  // After the drain of the streams: lets other replies out, and stops. Blocks.
  void Stop();

 private:
  using Exchange = std::shared_ptr<HttpExchange>;

  HttpGateway(const GatewayOptions& options, GatewayServices services);

  void Handle(const Exchange& exchange) const;
  void AllowOrigin(HttpExchange* exchange) const;
  void Route(const Exchange& exchange) const;
  void ReplyOptions(const Exchange& exchange) const;

  const OriginCheck origins_;
  const bool cors_;
  const StaticFiles files_;
  RunRoutes run_routes_;
  Router router_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HTTP_GATEWAY_H_
