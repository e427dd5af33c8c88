// Notices a client that takes nothing: a write that is not done for too long.
#ifndef AGENT_SERVICE_WRITE_WATCH_H_
#define AGENT_SERVICE_WRITE_WATCH_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/timer_queue.h"

namespace agent {

// Cost: one timer each `patience`, however many writes there are.
// Thread-safe. `overdue` is called on the timers' thread, with no lock held;
// not any more once this is destroyed.
class WriteWatch : public std::enable_shared_from_this<WriteWatch> {
 public:
  // `overdue` is called whenever one more `patience` has passed over the same
  // write. `timers` must outlive this.
  WriteWatch(TimerQueue* timers, absl::Duration patience,
             std::function<void()> overdue)
      : timers_(timers), patience_(patience), overdue_(std::move(overdue)) {}

  void Began();
  void Done();

 private:
  void Arm(absl::Duration delay);
  void Look();

  TimerQueue* const timers_;
  const absl::Duration patience_;
  const std::function<void()> overdue_;
  Mutex mu_;
  bool armed_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<SteadyTime> since_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_SERVICE_WRITE_WATCH_H_
