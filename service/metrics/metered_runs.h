// The run store, with what goes through it counted.
#ifndef AGENT_SERVICE_METRICS_METERED_RUNS_H_
#define AGENT_SERVICE_METRICS_METERED_RUNS_H_

#include <memory>
#include <string>

#include "lib/log/run_store.h"
#include "service/metrics/active_attempts.h"
#include "service/metrics/service_metrics.h"

namespace agent {

// All must outlive it, and the calls that go through it.
class MeteredRuns final : public RunStore {
 public:
  MeteredRuns(RunStore* runs, ServiceMetrics* metrics, ActiveAttempts* attempts)
      : runs_(runs), metrics_(metrics), attempts_(attempts) {}

  void Admit(AdmitRequest request, Callback<Admission> done) override;
  void Begin(std::string conversation_id, std::string token,
             Callback<BeginOutcome> done) override;
  void Append(AppendRequest request, Callback<AppendOutcome> done) override;
  void Release(std::string conversation_id, std::string run_id, int attempt,
               std::string token, ReleaseKind kind,
               StatusCallback done) override;
  void Cancel(ConversationKey conversation, std::string run_id,
              Callback<Run> done) override;
  void Delete(ConversationKey conversation, bool force,
              StatusCallback done) override;
  void GetRun(ConversationKey conversation, std::string run_id,
              Callback<Run> done) override;
  void ListRuns(ConversationKey conversation, int page_size,
                std::string page_token, Callback<Page<Run>> done) override;
  void GetConversation(ConversationKey conversation,
                       Callback<Conversation> done) override;
  void ListConversations(std::string principal, std::string agent,
                         int page_size, std::string page_token,
                         Callback<Page<Conversation>> done) override;

 private:
  template <typename T>
  Callback<T> Watched(const char* operation, Callback<T> done);
  void OnAppended(const std::string& run_id, const AppendOutcome& outcome,
                  bool text, const RunState* end);

  RunStore* const runs_;
  ServiceMetrics* const metrics_;
  ActiveAttempts* const attempts_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_METRICS_METERED_RUNS_H_
