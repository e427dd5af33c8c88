#include "lib/runtime/periodic.h"

#include <utility>

#include "lib/base/random.h"

namespace agent {

Periodic::Periodic(TimerQueue* timers, absl::Duration interval,
                   absl::AnyInvocable<void()> function)
    : timers_(timers), interval_(interval), function_(std::move(function)) {}

std::shared_ptr<Periodic> Periodic::Start(TimerQueue* timers,
                                          absl::Duration interval,
                                          absl::AnyInvocable<void()> function) {
  std::shared_ptr<Periodic> periodic(
      new Periodic(timers, interval, std::move(function)));
  Arm(periodic);
  return periodic;
}

void Periodic::Arm(const std::shared_ptr<Periodic>& self) {
  const absl::Duration delay = self->interval_ * (0.5 + 0.5 * RandomFraction());
  self->timers_->After(delay, [weak = std::weak_ptr<Periodic>(self)] {
    const auto periodic = weak.lock();
    if (periodic != nullptr && periodic->Call()) Arm(periodic);
  });
}

bool Periodic::Call() {
  MutexLock lock(&mu_);
  if (stopped_) return false;
  function_();
  return true;
}

void Periodic::Stop() {
  MutexLock lock(&mu_);
  stopped_ = true;
}

}  // namespace agent
