// agent.v1.AgentService over gRPC's callback API: parse, hand to AgentApi, map
// the answer. Nothing here blocks: two threads serve every call of the process.
#ifndef AGENT_SERVICE_AGENT_SERVICE_IMPL_H_
#define AGENT_SERVICE_AGENT_SERVICE_IMPL_H_

#include "agent/v1/agent_service.grpc.pb.h"
#include "lib/base/timer_queue.h"
#include "service/agent_api.h"
#include "service/stream_registry.h"

namespace agent {

namespace internal {
using S = v1::AgentService;
// Every method takes raw bytes; request_parser.h says why.
using RawAgentService = S::WithRawCallbackMethod_RunAgent<
    S::WithRawCallbackMethod_StreamResponse<S::WithRawCallbackMethod_GetRun<
        S::WithRawCallbackMethod_ListRuns<S::WithRawCallbackMethod_CancelRun<
            S::WithRawCallbackMethod_GetConversation<
                S::WithRawCallbackMethod_ListConversations<
                    S::WithRawCallbackMethod_DeleteConversation<
                        S::WithRawCallbackMethod_ListAgents<S::Service>>>>>>>>>;
}  // namespace internal

// Thread-safe. `api`, `streams` and `timers` must outlive the server that it is
// registered with.
class AgentServiceImpl final : public internal::RawAgentService {
 public:
  AgentServiceImpl(AgentApi* api, StreamRegistry* streams, TimerQueue* timers)
      : api_(api), streams_(streams), timers_(timers) {}

 private:
  using Context = grpc::CallbackServerContext;
  using Bytes = grpc::ByteBuffer;
  using Unary = grpc::ServerUnaryReactor;

  Unary* RunAgent(Context* context, const Bytes* in, Bytes* out) override;
  grpc::ServerWriteReactor<Bytes>* StreamResponse(Context* context,
                                                  const Bytes* in) override;
  Unary* GetRun(Context* context, const Bytes* in, Bytes* out) override;
  Unary* ListRuns(Context* context, const Bytes* in, Bytes* out) override;
  Unary* CancelRun(Context* context, const Bytes* in, Bytes* out) override;
  Unary* GetConversation(Context* context, const Bytes* in,
                         Bytes* out) override;
  Unary* ListConversations(Context* context, const Bytes* in,
                           Bytes* out) override;
  Unary* DeleteConversation(Context* context, const Bytes* in,
                            Bytes* out) override;
  Unary* ListAgents(Context* context, const Bytes* in, Bytes* out) override;

  AgentApi* const api_;
  StreamRegistry* const streams_;
  TimerQueue* const timers_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_AGENT_SERVICE_IMPL_H_
