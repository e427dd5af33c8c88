// Full-jitter exponential back-off: the n-th wait is uniform in
// [0, min(max, initial * 2^n)], so that those who failed together do not come
// back together.
#ifndef AGENT_LIB_BASE_BACKOFF_H_
#define AGENT_LIB_BASE_BACKOFF_H_

#include "absl/time/time.h"

namespace agent {

// Thread-compatible.
class Backoff {
 public:
  struct Options {
    absl::Duration initial = absl::Milliseconds(100);
    absl::Duration max = absl::Seconds(10);
  };

  explicit Backoff(Options options) : options_(options) {}

  // The next wait; each call doubles the bound.
  absl::Duration Next();
  // After progress: start over.
  void Reset() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  Options options_;
  int failures_ = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_BASE_BACKOFF_H_
