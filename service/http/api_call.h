// A call of AgentApi from the loop and back to it.
#ifndef AGENT_SERVICE_HTTP_API_CALL_H_
#define AGENT_SERVICE_HTTP_API_CALL_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "service/agent_api.h"
#include "service/http/http_errors.h"
#include "service/http/http_exchange.h"
#include "service/http/json_of_proto.h"

namespace agent {

// Calls `then` with what `method` gives, on the loop, if that still runs.
template <typename Request, typename Response, typename Then>
void CallApi(AgentApi* api,
             void (AgentApi::*method)(const Request&, Callback<Response>),
             const Request& request, std::shared_ptr<HttpExchange> exchange,
             Then then) {
  (api->*method)(
      request, [exchange = std::move(exchange), then = std::move(then)](
                   absl::StatusOr<Response> response) mutable {
        HttpLoop& loop = exchange->loop();
        loop.Post([exchange = std::move(exchange), then = std::move(then),
                   response = std::move(response)]() mutable {
          then(std::move(response));
        });
      });
}

// The same, with the message or the error as the reply.
template <typename Request, typename Response>
void CallApiAndReply(
    AgentApi* api, void (AgentApi::*method)(const Request&, Callback<Response>),
    const Request& request, const std::shared_ptr<HttpExchange>& exchange) {
  CallApi(api, method, request, exchange,
          [exchange](absl::StatusOr<Response> response) {
            exchange->Reply(response.ok() ? ProtoReply(*response)
                                          : ErrorReply(response.status()));
          });
}

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_API_CALL_H_
