// The store with Redis left out: what the relay costs by itself. Only what a
// benchmark's runs need; nothing is kept that a real store would lose.
#ifndef AGENT_TESTS_BENCH_MEMORY_STORE_H_
#define AGENT_TESTS_BENCH_MEMORY_STORE_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/redis/redis_store.h"

namespace agent::bench {

// Answers on one thread of its own, as the Redis client does.
class MemoryStore final : public RedisStore,
                          private RunStore,
                          private WorkQueue,
                          private AgentDirectory,
                          private ResponseLog,
                          private WakeSource {
 public:
  MemoryStore();
  ~MemoryStore() override;

  RunStore& runs() override { return *this; }
  WorkQueue& work() override { return *this; }
  AgentDirectory& agents() override { return *this; }
  ResponseLog& log() override { return *this; }
  WakeSource& wakes() override { return *this; }
  absl::Status Health() const override { return absl::OkStatus(); }
  void OnRestart(absl::AnyInvocable<void()>) override {}
  void Stats(std::vector<std::string>, Callback<StoreStats> done) override {
    Answer<StoreStats>(std::move(done), StoreStats{});
  }

 private:
  // One conversation, one run at a time.
  struct Record {
    Run run;
    std::string token;
    bool queued = false;
    int64_t number = 0;
    std::vector<ChunkPtr> log;
  };
  using Job = absl::AnyInvocable<void()>;

  void Confirm(StatusCallback done, absl::Status status = absl::OkStatus());

  void Post(Job job);
  void Loop();
  template <typename T>
  void Answer(Callback<T> done, absl::StatusOr<T> value) {
    Post([done = std::move(done), value = std::move(value)]() mutable {
      std::move(done)(std::move(value));
    });
  }

  // RunStore.
  void Admit(AdmitRequest request, Callback<Admission> done) override;
  void Begin(std::string conversation_id, std::string token,
             Callback<BeginOutcome> done) override;
  void Append(AppendRequest request, Callback<AppendOutcome> done) override;
  void Release(std::string, std::string, int, std::string, ReleaseKind,
               StatusCallback done) override;
  void Cancel(ConversationKey, std::string, Callback<Run> done) override;
  void Delete(ConversationKey, bool, StatusCallback done) override;
  void GetRun(ConversationKey, std::string, Callback<Run> done) override;
  void ListRuns(ConversationKey, int, std::string,
                Callback<Page<Run>> done) override;
  void GetConversation(ConversationKey, Callback<Conversation> done) override;
  void ListConversations(std::string, std::string, int, std::string,
                         Callback<Page<Conversation>> done) override;
  // WorkQueue.
  void AwaitHint(std::vector<std::string> agents, absl::Duration timeout,
                 Callback<std::vector<WorkHint>> done) override;
  void TakeDue(std::string, Callback<std::vector<WorkHint>> done) override;
  void Settle(WorkHint, StatusCallback done) override;
  void LookAgain(WorkHint, absl::Duration, StatusCallback done) override;
  void Rescan(Callback<int> done) override;
  // AgentDirectory.
  void Announce(std::string, std::vector<AgentInfo> agents,
                StatusCallback done) override;
  void Withdraw(std::string, std::vector<std::string>,
                StatusCallback done) override;
  void List(Callback<std::vector<AgentInfo>> done) override;
  // ResponseLog.
  void ReadPage(LogPageRequest request, Callback<LogPage> done) override;
  void ReadPositions(std::vector<std::string> conversation_ids,
                     Callback<std::vector<LogPosition>> done) override;
  // WakeSource: writer and readers are in one process.
  void SetListener(WakeListener* listener) override;
  void Watch(std::string conversation_id) override;
  void Unwatch(std::string) override {}

  Mutex mu_;
  CondVar posted_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Record> records_ ABSL_GUARDED_BY(mu_);
  std::vector<AgentInfo> agents_ ABSL_GUARDED_BY(mu_);
  std::vector<WorkHint> hints_ ABSL_GUARDED_BY(mu_);
  Callback<std::vector<WorkHint>> hint_waiter_ ABSL_GUARDED_BY(mu_);
  Mutex listener_mu_;
  WakeListener* listener_ ABSL_GUARDED_BY(listener_mu_) = nullptr;
  std::thread thread_;
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_MEMORY_STORE_H_
