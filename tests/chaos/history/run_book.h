// Which runs are open: what a fault can harm.
#ifndef AGENT_TESTS_CHAOS_HISTORY_RUN_BOOK_H_
#define AGENT_TESTS_CHAOS_HISTORY_RUN_BOOK_H_

#include <set>
#include <string>

#include "lib/base/mutex.h"

namespace agent::chaos {

// Thread-safe.
class RunBook {
 public:
  void Accepted(const std::string& run) {
    MutexLock lock(&mu_);
    if (ended_.count(run) == 0) open_.insert(run);
  }
  void Ended(const std::string& run) {
    MutexLock lock(&mu_);
    open_.erase(run);
    ended_.insert(run);
  }
  bool HasEnded(const std::string& run) const {
    MutexLock lock(&mu_);
    return ended_.count(run) > 0;
  }
  int open() const {
    MutexLock lock(&mu_);
    return static_cast<int>(open_.size());
  }
  int ended() const {
    MutexLock lock(&mu_);
    return static_cast<int>(ended_.size());
  }

 private:
  mutable Mutex mu_;
  std::set<std::string> open_ ABSL_GUARDED_BY(mu_);
  std::set<std::string> ended_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_RUN_BOOK_H_
