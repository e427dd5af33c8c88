// AgentService as the original samples would serve it: what a reader gets is
// what XREAD finds after its cursor, until something says `done`.
#ifndef AGENT_TESTS_CHAOS_NODE_ORIGINAL_SERVICE_H_
#define AGENT_TESTS_CHAOS_NODE_ORIGINAL_SERVICE_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "agent/v1/agent_service.grpc.pb.h"
#include "lib/agent/agent.h"
#include "tests/chaos/node/original_store.h"

namespace agent::chaos {

// Thread-safe; a thread for each call. What is not here is UNIMPLEMENTED.
class OriginalService final : public v1::AgentService::Service {
 public:
  // `store` must outlive it.
  OriginalService(OriginalStore* store,
                  std::vector<std::shared_ptr<Agent>> agents);

  // Ends open streams.
  void Stop() { stopping_ = true; }

 private:
  using Context = grpc::ServerContext;

  grpc::Status RunAgent(Context* context, const v1::RunAgentRequest* request,
                        v1::RunAgentResponse* response) override;
  grpc::Status StreamResponse(
      Context* context, const v1::StreamResponseRequest* request,
      grpc::ServerWriter<v1::ResponseBatch>* writer) override;
  grpc::Status GetRun(Context* context, const v1::GetRunRequest* request,
                      v1::Run* response) override;
  grpc::Status ListRuns(Context* context, const v1::ListRunsRequest* request,
                        v1::ListRunsResponse* response) override;
  grpc::Status GetConversation(Context* context,
                               const v1::GetConversationRequest* request,
                               v1::Conversation* response) override;
  grpc::Status ListAgents(Context* context,
                          const v1::ListAgentsRequest* request,
                          v1::ListAgentsResponse* response) override;

  OriginalStore* const store_;
  const std::vector<std::shared_ptr<Agent>> agents_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_ORIGINAL_SERVICE_H_
