// RunStore over the scripts: encodes a call, runs its script, decodes the
// answer, and keeps the indexes (`agent-due`, `agent-conversations`) after it.
#ifndef AGENT_LIB_REDIS_REDIS_RUN_STORE_H_
#define AGENT_LIB_REDIS_REDIS_RUN_STORE_H_

#include <string>

#include "lib/log/run_store.h"
#include "lib/redis/dead_letters.h"
#include "lib/redis/lease_codec.h"
#include "lib/redis/store_context.h"

namespace agent {

// Thread-safe. Must outlive the context's client.
class RedisRunStore final : public RunStore {
 public:
  explicit RedisRunStore(StoreContext context)
      : context_(context),
        letters_(context.client, context.scripts, context.limits) {}

  void Admit(AdmitRequest request, Callback<Admission> done) override;
  void Begin(std::string conversation_id, std::string token,
             Callback<BeginOutcome> done) override;
  // As Begin of one who executes nothing: ends what must end, and takes no run
  // (kNotDue instead).
  void Judge(std::string conversation_id, Callback<BeginOutcome> done);
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
  void OnAdmitted(const AdmitRequest& request, const Reply& reply,
                  Callback<Admission> done) const;
  void OnBegun(BeginAnswer begun, Callback<BeginOutcome> done);
  void AskBegin(std::string conversation_id, std::string token, bool judge_only,
                Callback<BeginOutcome> done);
  void OnDeleteRefused(const ConversationKey& conversation, ReplyView runs,
                       StatusCallback done);

  const StoreContext context_;
  DeadLetters letters_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_RUN_STORE_H_
