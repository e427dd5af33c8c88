// Whether a run must stop, and why: told once, by whoever learns it first (the
// writer whose lease was lost, the run's time limit, a drain), and heard by
// everyone who waits.
#ifndef AGENT_LIB_RUNTIME_STOP_SIGNAL_H_
#define AGENT_LIB_RUNTIME_STOP_SIGNAL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/agent/run_context.h"
#include "lib/base/mutex.h"

namespace agent {

// Thread-safe.
class StopSignal : public std::enable_shared_from_this<StopSignal> {
 public:
  static std::shared_ptr<StopSignal> Create();

  // `why` is an error. The first one stays, later ones are ignored. Calls what
  // OnStop registered, on this thread, one after another, with no lock held.
  void Stop(absl::Status why);

  // OK while the run may go on.
  absl::Status status() const;

  // Whether it was told ABORTED, also if it had to stop for another reason
  // before: the run goes on elsewhere.
  bool lease_lost() const;

  // Waits; returns early with status() when the run must stop.
  absl::Status Sleep(absl::Duration duration);

  // As RunContext::OnStop.
  std::unique_ptr<RunContext::StopGuard> OnStop(
      absl::AnyInvocable<void()> function);

 private:
  class Guard;

  StopSignal() = default;
  void CallListeners();
  void Remove(uint64_t id);

  mutable Mutex mu_;
  CondVar changed_;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  bool lease_lost_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t next_id_ ABSL_GUARDED_BY(mu_) = 1;
  std::map<uint64_t, absl::AnyInvocable<void()>> listeners_
      ABSL_GUARDED_BY(mu_);
  uint64_t calling_ ABSL_GUARDED_BY(mu_) = 0;  // 0: no listener
  std::thread::id calling_thread_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_STOP_SIGNAL_H_
