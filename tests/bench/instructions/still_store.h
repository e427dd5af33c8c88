// A RunStore that stores nothing: a kernel answers its appends when it likes.
#ifndef AGENT_TESTS_BENCH_INSTRUCTIONS_STILL_STORE_H_
#define AGENT_TESTS_BENCH_INSTRUCTIONS_STILL_STORE_H_

#include <string>
#include <utility>

#include "lib/log/run_store.h"

namespace agent::bench {

// Of one attempt; on one thread.
class StillStore final : public RunStore {
 public:
  bool pending() const { return done_ != nullptr; }

  // The append that waits was stored.
  void Answer() {
    AppendOutcome outcome;
    outcome.written = static_cast<int64_t>(request_.chunks.size());
    number_ += outcome.written;
    outcome.next_sequence = request_.sequence + outcome.written;
    outcome.next_step = request_.step_index;
    outcome.last_id = {1734649123456,
                       static_cast<uint64_t>(number_) * 1000 + 1};
    outcome.write_time_ms = 1734649123456;
    // Answering may bring the next.
    Callback<AppendOutcome> done = std::exchange(done_, nullptr);
    std::move(done)(outcome);
  }

  void Append(AppendRequest request, Callback<AppendOutcome> done) override {
    request_ = std::move(request);
    done_ = std::move(done);
  }

  // Not of a writer's world.
  void Admit(AdmitRequest, Callback<Admission>) override {}
  void Begin(std::string, std::string, Callback<BeginOutcome>) override {}
  void Release(std::string, std::string, int, std::string, ReleaseKind,
               StatusCallback) override {}
  void Cancel(ConversationKey, std::string, Callback<Run>) override {}
  void Delete(ConversationKey, bool, StatusCallback) override {}
  void GetRun(ConversationKey, std::string, Callback<Run>) override {}
  void ListRuns(ConversationKey, int, std::string,
                Callback<Page<Run>>) override {}
  void GetConversation(ConversationKey, Callback<Conversation>) override {}
  void ListConversations(std::string, std::string, int, std::string,
                         Callback<Page<Conversation>>) override {}

 private:
  AppendRequest request_;
  Callback<AppendOutcome> done_;
  int64_t number_ = 0;
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_INSTRUCTIONS_STILL_STORE_H_
