#include "service/http/http_gateway.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "lib/base/error.h"
#include "lib/base/status_macros.h"
#include "service/http/conversation_routes.h"
#include "service/http/file_reply.h"
#include "service/http/health_route.h"
#include "service/http/http_errors.h"

namespace agent {
namespace {

constexpr int kMethodNotAllowed = 405;
// How long replies that are under way may take once the streams have ended.
constexpr absl::Duration kStopGrace = absl::Seconds(1);

constexpr char kReadableHeaders[] =
    "x-conversation-id, x-ms-thread-id, x-run-id, Retry-After";
constexpr char kSendableHeaders[] =
    "Content-Type, Idempotency-Key, Last-Event-ID, x-ms-wait-for-response";

absl::Status Refused(absl::StatusCode code, const char* reason,
                     const std::string& message) {
  return MakeError(code, message,
                   {.reason = reason, .metadata = {}, .retry_after = {}});
}

HttpReply NoRoute() {
  return ErrorReply(Refused(absl::StatusCode::kNotFound, reason::kRouteNotFound,
                            "there is nothing at this path"));
}

std::string Allowed(std::vector<std::string> methods) {
  methods.emplace_back("OPTIONS");
  return absl::StrJoin(methods, ", ");
}

HttpReply WrongMethod(const std::vector<std::string>& methods) {
  HttpReply reply = ErrorReply(
      Refused(absl::StatusCode::kUnimplemented, reason::kMethodNotAllowed,
              "this path has other methods: " + Allowed(methods)),
      kMethodNotAllowed);
  reply.headers.Add("Allow", Allowed(methods));
  return reply;
}

// What a path allows that names a file, and no route.
const std::vector<std::string>& FileMethods() {
  static const auto* const kMethods =
      new std::vector<std::string>{"GET", "HEAD"};
  return *kMethods;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpGateway>> HttpGateway::Start(
    GatewayOptions options, GatewayServices services) {
  std::unique_ptr<HttpGateway> gateway(
      new HttpGateway(options, std::move(services)));
  ASSIGN_OR_RETURN(gateway->server_,
                   HttpServer::Start(std::move(options.server),
                                     [raw = gateway.get()](const Exchange& e) {
                                       raw->Handle(e);
                                     }));
  return gateway;
}

HttpGateway::HttpGateway(const GatewayOptions& options,
                         GatewayServices services)
    : origins_(options.origins),
      cors_(!options.origins.allowed_origins.empty()),
      files_(std::move(services.files)),
      run_routes_({.api = services.api,
                   .streams = services.streams,
                   .wait_limit = options.wait_limit}) {
  run_routes_.AddTo(&router_);
  AddConversationRoutes(services.api, &router_);
  AddHealthRoute(services.api, std::move(services.health), &router_);
  if (services.add_routes) services.add_routes(&router_);
}

HttpGateway::~HttpGateway() {
  if (server_ != nullptr) server_->Stop(absl::ZeroDuration());
}

void HttpGateway::Stop() { server_->Stop(kStopGrace); }

void HttpGateway::Handle(const Exchange& exchange) const {
  AllowOrigin(exchange.get());
  const absl::Status allowed = origins_.Check(exchange->request());
  if (!allowed.ok()) return exchange->Reply(ErrorReply(allowed));
  if (exchange->request().method == "OPTIONS") return ReplyOptions(exchange);
  Route(exchange);
}

void HttpGateway::AllowOrigin(HttpExchange* exchange) const {
  if (!cors_) return;
  exchange->SetHeader("Vary", "Origin");
  const auto origin = origins_.CorsOrigin(exchange->request());
  if (!origin.has_value()) return;
  exchange->SetHeader("Access-Control-Allow-Origin", *origin);
  exchange->SetHeader("Access-Control-Expose-Headers", kReadableHeaders);
}

void HttpGateway::Route(const Exchange& exchange) const {
  const IncomingRequest& request = exchange->request();
  const auto match = router_.Find(request);
  const StaticFile* file = files_.Find(request.path);
  if (match.has_value()) {
    if (match->handler != nullptr) {
      return (*match->handler)(exchange, match->params);
    }
    return exchange->Reply(WrongMethod(match->allowed));
  }
  if (file == nullptr) return exchange->Reply(NoRoute());
  if (!request.IsSafe()) return exchange->Reply(WrongMethod(FileMethods()));
  exchange->Reply(FileReply(*file, request));
}

// What may be done here; for a browser, what a page of an allowed origin may.
void HttpGateway::ReplyOptions(const Exchange& exchange) const {
  const IncomingRequest& request = exchange->request();
  const auto match = router_.Find(request);
  const bool known = match.has_value() || request.path == "*" ||
                     files_.Find(request.path) != nullptr;
  if (!known) return exchange->Reply(NoRoute());
  const std::string methods =
      Allowed(match.has_value() ? match->allowed : FileMethods());
  HttpReply reply{204, {{"Allow", methods}}, ""};
  if (origins_.CorsOrigin(request).has_value()) {
    reply.headers.Add("Access-Control-Allow-Methods", methods);
    reply.headers.Add("Access-Control-Allow-Headers", kSendableHeaders);
    reply.headers.Add("Access-Control-Max-Age", "600");
  }
  exchange->Reply(std::move(reply));
}

}  // namespace agent
