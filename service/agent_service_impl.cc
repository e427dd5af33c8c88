#include "service/agent_service_impl.h"

#include <utility>

#include "service/proto_conversion.h"
#include "service/request_parser.h"
#include "service/stream_response_reactor.h"
#include "service/unary_call.h"

namespace agent {

grpc::ServerUnaryReactor* AgentServiceImpl::RunAgent(Context* context,
                                                     const Bytes* in,
                                                     Bytes* out) {
  return ServeUnary(context, in, out, api_, &AgentApi::RunAgent);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* AgentServiceImpl::StreamResponse(
    Context* context, const Bytes* in) {
  StreamResponseReactor::Options options;
  options.context = context;
  options.registry = streams_;
  options.timers = timers_;
  v1::StreamResponseRequest request;
  if (auto status = ParseRequest(*in, &request); !status.ok()) {
    return StreamResponseReactor::Start(status, std::move(options));
  }
  options.follow = request.follow();
  options.cursor = request.cursor();
  auto reader = api_->OpenStream(request);
  if (reader.ok()) {  // so that the interval is valid
    options.heartbeat = FromProtoDuration(request.heartbeat_interval());
  }
  return StreamResponseReactor::Start(std::move(reader), std::move(options));
}

grpc::ServerUnaryReactor* AgentServiceImpl::GetRun(Context* context,
                                                   const Bytes* in,
                                                   Bytes* out) {
  return ServeUnary(context, in, out, api_, &AgentApi::GetRun);
}

grpc::ServerUnaryReactor* AgentServiceImpl::ListRuns(Context* context,
                                                     const Bytes* in,
                                                     Bytes* out) {
  return ServeUnary(context, in, out, api_, &AgentApi::ListRuns);
}

grpc::ServerUnaryReactor* AgentServiceImpl::CancelRun(Context* context,
                                                      const Bytes* in,
                                                      Bytes* out) {
  return ServeUnary(context, in, out, api_, &AgentApi::CancelRun);
}

grpc::ServerUnaryReactor* AgentServiceImpl::GetConversation(Context* context,
                                                            const Bytes* in,
                                                            Bytes* out) {
  return ServeUnary(context, in, out, api_, &AgentApi::GetConversation);
}

grpc::ServerUnaryReactor* AgentServiceImpl::ListConversations(Context* context,
                                                              const Bytes* in,
                                                              Bytes* out) {
  return ServeUnary(context, in, out, api_, &AgentApi::ListConversations);
}

grpc::ServerUnaryReactor* AgentServiceImpl::DeleteConversation(Context* context,
                                                               const Bytes* in,
                                                               Bytes* out) {
  return ServeUnary(context, in, out, api_, &AgentApi::DeleteConversation);
}

grpc::ServerUnaryReactor* AgentServiceImpl::ListAgents(Context* context,
                                                       const Bytes* in,
                                                       Bytes* out) {
  return ServeUnary(context, in, out, api_, &AgentApi::ListAgents);
}

}  // namespace agent
