#include "lib/base/timer_queue.h"

namespace agent {

TimerQueue::TimerQueue() : thread_([this] { Loop(); }) {}

TimerQueue::~TimerQueue() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

TimerQueue::TimerId TimerQueue::After(absl::Duration delay,
                                      absl::AnyInvocable<void() &&> function) {
  const SteadyTime due = std::chrono::steady_clock::now() + ToChrono(delay);
  MutexLock lock(&mu_);
  const TimerId id = next_id_++;
  const auto position =
      timers_.emplace(Key{due, id}, std::move(function)).first;
  due_.emplace(id, due);
  if (position == timers_.begin()) changed_.NotifyAll();
  return id;
}

bool TimerQueue::Cancel(TimerId id) {
  absl::AnyInvocable<void() &&> dropped;  // destroyed outside the lock
  MutexLock lock(&mu_);
  const auto found = due_.find(id);
  if (found == due_.end()) return false;
  const auto timer = timers_.find(Key{found->second, id});
  dropped = std::move(timer->second);
  timers_.erase(timer);
  due_.erase(found);
  return true;
}

void TimerQueue::Loop() {
  while (true) {
    absl::AnyInvocable<void() &&> function;
    {
      MutexLock lock(&mu_);
      while (!stopping_) {
        if (timers_.empty()) {
          changed_.Wait(&mu_);
          continue;
        }
        const SteadyTime due = timers_.begin()->first.first;
        if (due <= std::chrono::steady_clock::now()) break;
        changed_.WaitUntil(&mu_, due);
      }
      if (stopping_) return;
      const auto first = timers_.begin();
      function = std::move(first->second);
      due_.erase(first->first.second);
      timers_.erase(first);
    }
    std::move(function)();
  }
}

}  // namespace agent
