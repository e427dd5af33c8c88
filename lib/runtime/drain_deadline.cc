#include "lib/runtime/drain_deadline.h"

#include <optional>
#include <utility>

namespace agent {

void DrainDeadline::Set(SteadyTime deadline) {
  MutexLock lock(&state_->mu);
  state_->deadline = deadline;
  state_->changed.NotifyAll();
}

absl::Status DrainDeadline::Await(
    absl::FunctionRef<void(StatusCallback)> start) {
  const auto result = std::make_shared<std::optional<absl::Status>>();
  start([state = state_, result](absl::Status status) {
    MutexLock lock(&state->mu);
    *result = std::move(status);
    state->changed.NotifyAll();
  });
  MutexLock lock(&state_->mu);
  while (!result->has_value()) {
    if (std::chrono::steady_clock::now() >= state_->deadline) {
      return absl::DeadlineExceededError("the store did not answer in time");
    }
    state_->changed.WaitUntil(&state_->mu, state_->deadline);
  }
  return **result;
}

}  // namespace agent
