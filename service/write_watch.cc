#include "service/write_watch.h"

#include <chrono>

namespace agent {

void WriteWatch::Began() {
  {
    MutexLock lock(&mu_);
    since_ = std::chrono::steady_clock::now();
    if (std::exchange(armed_, true)) return;
  }
  Arm(patience_);
}

void WriteWatch::Done() {
  MutexLock lock(&mu_);
  since_.reset();
}

void WriteWatch::Arm(absl::Duration delay) {
  timers_->After(delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Look();
  });
}

void WriteWatch::Look() {
  const SteadyTime now = std::chrono::steady_clock::now();
  absl::Duration left = patience_;
  bool overdue = false;
  {
    MutexLock lock(&mu_);
    armed_ = since_.has_value();
    if (!armed_) return;
    left -= absl::FromChrono(now - *since_);
    overdue = left <= absl::ZeroDuration();
    if (overdue) {
      since_ = now;
      left = patience_;
    }
  }
  if (overdue) overdue_();
  Arm(left);
}

}  // namespace agent
