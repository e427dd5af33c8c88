#include "lib/redis/waker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace agent {

Waker::Waker() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) std::abort();  // out of descriptors before anything began
}

Waker::~Waker() { close(fd_); }

void Waker::Wake() {
  if (state_.exchange(State::kCalled) != State::kAsleep) return;
  const uint64_t one = 1;
  // It can only fail on a counter that is already full: then the sleeper wakes.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
}

void Waker::BeginTurn(bool readable) {
  state_.exchange(State::kAwake);
  if (!readable) return;
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(fd_, &count, sizeof(count));
}

bool Waker::MaySleep() {
  State awake = State::kAwake;
  return state_.compare_exchange_strong(awake, State::kAsleep);
}

void Waker::Awake() {
  State asleep = State::kAsleep;
  state_.compare_exchange_strong(asleep, State::kAwake);
}

}  // namespace agent
