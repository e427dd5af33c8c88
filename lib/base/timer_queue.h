// One thread that calls functions at their times: leases' heartbeats, bounds on
// waiting, retries. An idle queue sleeps.
#ifndef AGENT_LIB_BASE_TIMER_QUEUE_H_
#define AGENT_LIB_BASE_TIMER_QUEUE_H_

#include <cstdint>
#include <map>
#include <thread>
#include <unordered_map>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"

namespace agent {

// Thread-safe. Functions run one after another on the queue's thread and must
// not block. Destroying it (never on its own thread) waits for the function
// that runs and drops the others.
class TimerQueue {
 public:
  using TimerId = uint64_t;  // never 0

  TimerQueue();
  ~TimerQueue();
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  TimerId After(absl::Duration delay, absl::AnyInvocable<void() &&> function);

  // True if the function will now never run. Does not wait for a running one:
  // functions hold weak pointers to what may die.
  bool Cancel(TimerId id);

 private:
  using Key = std::pair<SteadyTime, TimerId>;

  void Loop();

  Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  TimerId next_id_ ABSL_GUARDED_BY(mu_) = 1;
  std::map<Key, absl::AnyInvocable<void() &&>> timers_ ABSL_GUARDED_BY(mu_);
  std::unordered_map<TimerId, SteadyTime> due_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace agent

#endif  // AGENT_LIB_BASE_TIMER_QUEUE_H_
