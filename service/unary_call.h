// One unary call of the raw callback API: parses its request, and finishes
// exactly once with a message or a rich error.
#ifndef AGENT_SERVICE_UNARY_CALL_H_
#define AGENT_SERVICE_UNARY_CALL_H_

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "absl/status/statusor.h"
#include "lib/base/callback.h"
#include "service/agent_api.h"
#include "service/request_parser.h"
#include "service/status_mapping.h"

namespace agent {

// Serves a call with `method`. gRPC keeps the reactor and `out` until the
// finish, also when the client has left meanwhile.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* ServeUnary(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out, AgentApi* api,
    void (AgentApi::*method)(const Request&, Callback<Response>)) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Request request;
  if (auto status = ParseRequest(*in, &request); !status.ok()) {
    reactor->Finish(ToGrpcStatus(status));
    return reactor;
  }
  (api->*method)(request, [reactor, out](absl::StatusOr<Response> response) {
    if (!response.ok()) {
      reactor->Finish(ToGrpcStatus(response.status()));
      return;
    }
    bool own_buffer = false;
    reactor->Finish(grpc::SerializationTraits<Response>::Serialize(
        *response, out, &own_buffer));
  });
  return reactor;
}

}  // namespace agent

#endif  // AGENT_SERVICE_UNARY_CALL_H_
