// Ends runs that no worker looks at: of an agent that nobody offers now, or
// whose workers are all gone or full. A worker's BEGIN decides what must end; a
// process without workers asks the same question now and then, so that a time
// limit or a cancellation does not wait for a worker that never comes.
#ifndef AGENT_LIB_REDIS_ABANDONED_RUNS_H_
#define AGENT_LIB_REDIS_ABANDONED_RUNS_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/timer_queue.h"
#include "lib/redis/redis_run_store.h"
#include "lib/redis/redis_work_queue.h"
#include "lib/redis/store_context.h"

namespace agent {

// Takes no run and puts no look off: what waits for a worker goes on waiting.
// Looks at what has been due for a lease, at most 100 conversations of an agent
// in one sweep; the next one goes on behind them. On its way it takes out of
// the index for listing what has long expired.
//
// Thread-safe. What it is given must outlive it and the context's client's
// callbacks; `timers` must go before it does.
class AbandonedRuns : public std::enable_shared_from_this<AbandonedRuns> {
 public:
  static std::shared_ptr<AbandonedRuns> Create(StoreContext context,
                                               RedisRunStore* runs,
                                               RedisWorkQueue* work);

  // Sweeps again and again, as often as the limits on time ask for: every 30 s
  // at most, every second at least.
  void Start(TimerQueue* timers);

  // One sweep; with how many runs it ended.
  void Sweep(Callback<int> done);

 private:
  class Pass;

  AbandonedRuns(StoreContext context, RedisRunStore* runs, RedisWorkQueue* work)
      : context_(context), runs_(runs), work_(work) {}

  void Arm(TimerQueue* timers);
  absl::Duration Interval() const;

  const StoreContext context_;
  RedisRunStore* const runs_;
  RedisWorkQueue* const work_;
  std::atomic<bool> sweeping_ = false;
  // How many of an agent's were looked at in this round. Of the client's
  // thread.
  std::map<std::string, int> looked_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_ABANDONED_RUNS_H_
