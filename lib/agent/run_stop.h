// Whether a run must stop, for all who work for it: agents, models, tools.
#ifndef AGENT_LIB_AGENT_RUN_STOP_H_
#define AGENT_LIB_AGENT_RUN_STOP_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace agent {

// A run must stop when it was cancelled, its time is over, its lease passed on
// to another worker, or its process drains. StopStatus and OnStop from any
// thread.
class RunStop {
 public:
  virtual ~RunStop() = default;

  // Whether to stop, and why; OK while not.
  virtual absl::Status StopStatus() const = 0;
  bool stopping() const { return !StopStatus().ok(); }

  // Waits, or returns StopStatus early when the run must stop.
  virtual absl::Status Sleep(absl::Duration duration) = 0;

  // Calls `function` once, from any thread, when the run must stop (at once if
  // it must already): to break a blocking call. The guard unregisters and waits
  // for a call in progress.
  class StopGuard {
   public:
    virtual ~StopGuard() = default;
  };
  virtual std::unique_ptr<StopGuard> OnStop(
      absl::AnyInvocable<void()> function) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_RUN_STOP_H_
