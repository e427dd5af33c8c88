// A work queue that forgets: what no hint tells of is never found.
#ifndef AGENT_TESTS_CHAOS_NODE_HINTS_ONLY_QUEUE_H_
#define AGENT_TESTS_CHAOS_NODE_HINTS_ONLY_QUEUE_H_

#include <string>
#include <utility>
#include <vector>

#include "lib/log/work_queue.h"

namespace agent::chaos {

// Writes `agent-due` like the real one, and never reads it: whatever looks
// there for it (readers that meet a stale run, repeated requests) looks in
// vain. Thread-safe if `queue` is, which must outlive it.
class HintsOnlyQueue final : public WorkQueue {
 public:
  explicit HintsOnlyQueue(WorkQueue* queue) : queue_(queue) {}

  void AwaitHint(std::vector<std::string> agents, absl::Duration timeout,
                 Callback<std::vector<WorkHint>> done) override {
    queue_->AwaitHint(std::move(agents), timeout, std::move(done));
  }
  void TakeDue(std::string /*agent*/,
               Callback<std::vector<WorkHint>> done) override {
    std::move(done)(std::vector<WorkHint>());
  }
  void Settle(WorkHint work, StatusCallback done) override {
    queue_->Settle(std::move(work), std::move(done));
  }
  void LookAgain(WorkHint work, absl::Duration delay,
                 StatusCallback done) override {
    queue_->LookAgain(std::move(work), delay, std::move(done));
  }
  void Rescan(Callback<int> done) override { std::move(done)(0); }

 private:
  WorkQueue* const queue_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_HINTS_ONLY_QUEUE_H_
