#include "lib/runtime/run_pool.h"

#include <algorithm>
#include <utility>

namespace agent {

RunPool::RunPool(int max_threads)
    : max_threads_(static_cast<size_t>(std::max(max_threads, 1))) {}

RunPool::~RunPool() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    threads.swap(threads_);
    changed_.NotifyAll();
  }
  for (std::thread& thread : threads) thread.join();
}

void RunPool::Run(absl::AnyInvocable<void() &&> function) {
  MutexLock lock(&mu_);
  waiting_.push_back(std::move(function));
  if (waiting_.size() > idle_ && threads_.size() < max_threads_) {
    threads_.emplace_back([this] { Loop(); });
  } else {
    changed_.NotifyOne();
  }
}

void RunPool::Loop() {
  while (true) {
    absl::AnyInvocable<void() &&> function;
    {
      MutexLock lock(&mu_);
      ++idle_;
      while (waiting_.empty() && !stopping_) changed_.Wait(&mu_);
      --idle_;
      if (waiting_.empty()) return;
      function = std::move(waiting_.front());
      waiting_.pop_front();
    }
    std::move(function)();
  }
}

}  // namespace agent
