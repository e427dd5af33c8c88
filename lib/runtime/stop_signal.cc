#include "lib/runtime/stop_signal.h"

#include <utility>

#include "lib/base/clock.h"

namespace agent {

class StopSignal::Guard final : public RunContext::StopGuard {
 public:
  Guard(std::shared_ptr<StopSignal> signal, uint64_t id)
      : signal_(std::move(signal)), id_(id) {}
  ~Guard() override { signal_->Remove(id_); }

 private:
  const std::shared_ptr<StopSignal> signal_;
  const uint64_t id_;
};

std::shared_ptr<StopSignal> StopSignal::Create() {
  return std::shared_ptr<StopSignal>(new StopSignal);
}

void StopSignal::Stop(absl::Status why) {
  {
    MutexLock lock(&mu_);
    lease_lost_ = lease_lost_ || absl::IsAborted(why);
    if (!status_.ok()) return;
    status_ = std::move(why);
    changed_.NotifyAll();
  }
  CallListeners();
}

void StopSignal::CallListeners() {
  while (true) {
    absl::AnyInvocable<void()> function;
    {
      MutexLock lock(&mu_);
      if (listeners_.empty()) return;
      const auto first = listeners_.begin();
      calling_ = first->first;
      calling_thread_ = std::this_thread::get_id();
      function = std::move(first->second);
      listeners_.erase(first);
    }
    function();
    function = nullptr;  // what it holds goes before its guard may
    MutexLock lock(&mu_);
    calling_ = 0;
    changed_.NotifyAll();
  }
}

absl::Status StopSignal::status() const {
  MutexLock lock(&mu_);
  return status_;
}

bool StopSignal::lease_lost() const {
  MutexLock lock(&mu_);
  return lease_lost_;
}

absl::Status StopSignal::Sleep(absl::Duration duration) {
  const SteadyTime deadline =
      std::chrono::steady_clock::now() + ToChrono(duration);
  MutexLock lock(&mu_);
  while (status_.ok()) {
    if (!changed_.WaitUntil(&mu_, deadline)) break;
  }
  return status_;
}

std::unique_ptr<RunContext::StopGuard> StopSignal::OnStop(
    absl::AnyInvocable<void()> function) {
  uint64_t id = 0;
  bool stopped = false;
  {
    MutexLock lock(&mu_);
    id = next_id_++;
    stopped = !status_.ok();
    if (!stopped) listeners_.emplace(id, std::move(function));
  }
  // NOLINTNEXTLINE(bugprone-use-after-move): moved only if not stopped.
  if (stopped) function();
  return std::make_unique<Guard>(shared_from_this(), id);
}

void StopSignal::Remove(uint64_t id) {
  absl::AnyInvocable<void()> dropped;  // destroyed outside the lock
  MutexLock lock(&mu_);
  const auto found = listeners_.find(id);
  if (found != listeners_.end()) {
    dropped = std::move(found->second);
    listeners_.erase(found);
  }
  // A function that drops its own guard must not wait for itself.
  while (calling_ == id && calling_thread_ != std::this_thread::get_id()) {
    changed_.Wait(&mu_);
  }
}

}  // namespace agent
