// A RunStore of one run that lets a test decide what becomes of each append:
// stored, stored with a lost reply, refused. Behind it stands a small model of
// the fence-less script: dense entries, positions, steps.
#ifndef AGENT_TESTS_RUNTIME_SCRIPTED_RUN_STORE_H_
#define AGENT_TESTS_RUNTIME_SCRIPTED_RUN_STORE_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/log/run_store.h"

namespace agent::testing {

class ScriptedRunStore final : public RunStore {
 public:
  enum class Mode {
    kByHand,  // the test answers each append
    kAtOnce,  // a thread of the store's own stores each
  };
  // One that a test drops is answered with FENCED: nothing stays on its way.
  struct Pending {
    Pending() = default;
    Pending(AppendRequest request_in, Callback<AppendOutcome> done_in)
        : request(std::move(request_in)), done(std::move(done_in)) {}
    Pending(Pending&&) = default;
    Pending& operator=(Pending&&) = default;
    ~Pending();

    AppendRequest request;
    Callback<AppendOutcome> done;
  };
  struct Entry {
    ChunkContent content;
    int64_t sequence = 0;
    int attempt = 0;
  };
  struct Released {
    std::string token;
    int attempt = 0;
    ReleaseKind kind = ReleaseKind::kHandOver;
  };

  explicit ScriptedRunStore(Mode mode);
  ~ScriptedRunStore() override;

  // By hand. The next append; aborts the test when none comes in ten seconds.
  Pending Next();
  bool HasNext();
  // Answers on the calling thread.
  void Store(Pending pending);
  void StoreAndLoseReply(Pending pending);
  void Lose(Pending pending);  // neither executed nor answered in time
  void Answer(Pending pending, AppendOutcome::Kind kind);
  void Gap(Pending pending);  // tells the model's positions

  // The model.
  void Truncate(int64_t next_sequence, int64_t next_step);  // a lost tail
  void AskCancel();
  void Fence();
  void SetPositions(int64_t next_sequence, int64_t next_step);
  std::vector<Entry> entries();
  std::vector<std::string> steps();
  std::optional<RunEnd> end();
  std::vector<AppendRequest> requests();  // stored ones
  std::vector<Released> released();
  std::string text();  // of all text entries

  void Append(AppendRequest request, Callback<AppendOutcome> done) override;
  void Release(std::string conversation_id, std::string run_id, int attempt,
               std::string token, ReleaseKind kind,
               StatusCallback done) override;

  // Not of a writer's world.
  void Admit(AdmitRequest request, Callback<Admission> done) override;
  void Begin(std::string conversation_id, std::string token,
             Callback<BeginOutcome> done) override;
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
  AppendOutcome ApplyLocked(const AppendRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Loop();

  const Mode mode_;
  Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<Pending> pending_ ABSL_GUARDED_BY(mu_);
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> steps_ ABSL_GUARDED_BY(mu_);
  std::vector<AppendRequest> requests_ ABSL_GUARDED_BY(mu_);
  std::vector<Released> released_ ABSL_GUARDED_BY(mu_);
  std::optional<RunEnd> end_ ABSL_GUARDED_BY(mu_);
  int64_t first_sequence_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t first_step_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t ms_ ABSL_GUARDED_BY(mu_) = 1000;
  bool cancel_ ABSL_GUARDED_BY(mu_) = false;
  bool fenced_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_RUNTIME_SCRIPTED_RUN_STORE_H_
