// WorkQueue over `agent-wake` and `agent-due`.
#ifndef AGENT_LIB_REDIS_REDIS_WORK_QUEUE_H_
#define AGENT_LIB_REDIS_REDIS_WORK_QUEUE_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/log/work_queue.h"
#include "lib/redis/store_context.h"

namespace agent {

// Thread-safe. Must outlive the context's client and `blocking`, a client of
// its own for BLPOP.
class RedisWorkQueue final : public WorkQueue {
 public:
  RedisWorkQueue(StoreContext context, RedisClient* blocking)
      : context_(context), blocking_(blocking) {}

  void AwaitHint(std::vector<std::string> agents, absl::Duration timeout,
                 Callback<std::vector<WorkHint>> done) override;
  void TakeDue(std::string agent,
               Callback<std::vector<WorkHint>> done) override;
  void Settle(WorkHint work, StatusCallback done) override;
  void LookAgain(WorkHint work, absl::Duration delay,
                 StatusCallback done) override;
  void Rescan(Callback<int> done) override;

  // As Settle, by one who found the conversation due at `score_ms`.
  void SettleAt(const WorkHint& work, int64_t score_ms, StatusCallback done);

 private:
  // Is the mailbox empty? No: due now, with a hint, and done. Yes: `then`.
  void UnlessEmpty(const WorkHint& work, StatusCallback done,
                   absl::AnyInvocable<void(StatusCallback) &&> then);
  void RemoveIfOurs(const WorkHint& work, int64_t score, StatusCallback done);

  const StoreContext context_;
  RedisClient* const blocking_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_WORK_QUEUE_H_
