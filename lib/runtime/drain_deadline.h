// Until when a drain waits for the store: one bound for all that it still asks,
// so that a store that is away cannot hold a process up.
#ifndef AGENT_LIB_RUNTIME_DRAIN_DEADLINE_H_
#define AGENT_LIB_RUNTIME_DRAIN_DEADLINE_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "lib/base/callback.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"

namespace agent {

// Thread-safe.
class DrainDeadline {
 public:
  // From now on nobody waits beyond it, those who wait already included.
  void Set(SteadyTime deadline);

  // Blocks until `start`, which is given a callback, has called it, whatever
  // that takes as long as no deadline is set. DEADLINE_EXCEEDED once it has
  // passed: what was asked for may be done, and its callback is still called.
  absl::Status Await(absl::FunctionRef<void(StatusCallback)> start);

 private:
  // Outlives this: held by callbacks that come late.
  struct State {
    Mutex mu;
    CondVar changed;
    SteadyTime deadline ABSL_GUARDED_BY(mu) = SteadyTime::max();
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_DRAIN_DEADLINE_H_
