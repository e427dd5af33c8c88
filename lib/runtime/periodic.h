// Calls a function again and again, each time after half an interval to a whole
// one, so that many workers do not look at the same time.
#ifndef AGENT_LIB_RUNTIME_PERIODIC_H_
#define AGENT_LIB_RUNTIME_PERIODIC_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "lib/base/timer_queue.h"

namespace agent {

// Thread-safe. The function runs on the queue's thread and must not block.
class Periodic {
 public:
  // First after one interval.
  static std::shared_ptr<Periodic> Start(TimerQueue* timers,
                                         absl::Duration interval,
                                         absl::AnyInvocable<void()> function);
  // Not called again once this has returned; waits for a call in progress.
  void Stop();

 private:
  Periodic(TimerQueue* timers, absl::Duration interval,
           absl::AnyInvocable<void()> function);
  static void Arm(const std::shared_ptr<Periodic>& self);
  bool Call();

  TimerQueue* const timers_;
  const absl::Duration interval_;
  Mutex mu_;  // held during a call
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  absl::AnyInvocable<void()> function_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_PERIODIC_H_
