// Tells clients that all is over, and lets them wait until then.
#ifndef AGENT_TESTS_CHAOS_HISTORY_STOP_FLAG_H_
#define AGENT_TESTS_CHAOS_HISTORY_STOP_FLAG_H_

#include <chrono>

#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"

namespace agent::chaos {

// Thread-safe.
class StopFlag {
 public:
  void Set() {
    MutexLock lock(&mu_);
    set_ = true;
    changed_.NotifyAll();
  }
  bool IsSet() const {
    MutexLock lock(&mu_);
    return set_;
  }
  // False: it was set meanwhile.
  bool Sleep(absl::Duration duration) {
    const auto deadline = std::chrono::steady_clock::now() + ToChrono(duration);
    MutexLock lock(&mu_);
    while (!set_ && changed_.WaitUntil(&mu_, deadline)) {
    }
    return !set_;
  }

 private:
  mutable Mutex mu_;
  CondVar changed_;
  bool set_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_STOP_FLAG_H_
