// What the API means, whatever protocol it is spoken over: each method checks
// the request, asks the store and maps the answer.
#ifndef AGENT_SERVICE_AGENT_API_H_
#define AGENT_SERVICE_AGENT_API_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/v1/agent_service.pb.h"
#include "lib/base/callback.h"
#include "lib/base/timer_queue.h"
#include "lib/log/limits.h"
#include "lib/log/log_reader.h"
#include "lib/log/run_store.h"
#include "lib/log/tail_hub.h"
#include "lib/log/work_queue.h"
#include "service/agent_catalog.h"

namespace agent {

// What the API works with; all must outlive it.
struct ApiServices {
  RunStore* runs = nullptr;
  AgentDirectory* directory = nullptr;
  TailHub* hub = nullptr;
  TimerQueue* timers = nullptr;
  // Names of the agents that this process offers itself.
  std::vector<std::string> own_agents;
  // Around every reader, to count what it delivers. May be empty.
  std::function<std::shared_ptr<LogReader>(std::shared_ptr<LogReader>,
                                           const ReadRequest&)>
      wrap_reader;
};

// Thread-safe; never blocks. Callbacks are called exactly once, on the store's
// thread or before the method returns. Errors carry the reasons of
// lib/base/error.h. Must outlive the calls it was given.
class AgentApi {
 public:
  AgentApi(ApiServices services, RunLimits limits, ReaderOptions reading);

  void RunAgent(const v1::RunAgentRequest& request,
                Callback<v1::RunAgentResponse> done);
  void GetRun(const v1::GetRunRequest& request, Callback<v1::Run> done);
  void ListRuns(const v1::ListRunsRequest& request,
                Callback<v1::ListRunsResponse> done);
  void CancelRun(const v1::CancelRunRequest& request, Callback<v1::Run> done);
  void GetConversation(const v1::GetConversationRequest& request,
                       Callback<v1::Conversation> done);
  void ListConversations(const v1::ListConversationsRequest& request,
                         Callback<v1::ListConversationsResponse> done);
  void DeleteConversation(const v1::DeleteConversationRequest& request,
                          Callback<v1::DeleteConversationResponse> done);
  void ListAgents(const v1::ListAgentsRequest& request,
                  Callback<v1::ListAgentsResponse> done);

  // A reader at the place the request names; what is wrong with the place
  // itself is told by its first Next.
  absl::StatusOr<std::shared_ptr<LogReader>> OpenStream(
      const v1::StreamResponseRequest& request);

  // From now on no run and no stream is accepted (UNAVAILABLE DRAINING).
  void BeginDrain() { draining_ = true; }
  bool draining() const { return draining_; }

 private:
  void Admit(AdmitRequest admit, bool conversation_is_ours,
             Callback<v1::RunAgentResponse> done);
  void ListRunsOfSize(v1::ListRunsRequest request, int page_size,
                      Callback<v1::ListRunsResponse> done);
  Callback<Run> MapRun(Callback<v1::Run> done) const;
  static ConversationKey Key(const std::string& conversation_id);

  const ApiServices services_;
  const RunLimits limits_;
  const ReaderOptions reading_;
  const std::shared_ptr<AgentCatalog> catalog_;
  std::atomic<bool> draining_ = false;
};

}  // namespace agent

#endif  // AGENT_SERVICE_AGENT_API_H_
