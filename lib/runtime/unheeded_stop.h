// Ends a run under the hands of an agent that was told to stop and does not: a
// tool that hangs must hold neither a cancelled run, nor one whose time is
// over, nor the runs that wait behind it. The thread stays with the agent.
#ifndef AGENT_LIB_RUNTIME_UNHEEDED_STOP_H_
#define AGENT_LIB_RUNTIME_UNHEEDED_STOP_H_

#include <atomic>
#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/timer_queue.h"
#include "lib/log/run_store.h"
#include "lib/runtime/response_writer.h"
#include "lib/runtime/stop_signal.h"

namespace agent {

// How a run ends that had to stop because of `why`; none: it does not, but goes
// on elsewhere (handed over, passed on).
std::optional<RunEnd> EndOfStopped(const absl::Status& why);

// Thread-safe.
class UnheededStop : public std::enable_shared_from_this<UnheededStop> {
 public:
  // Acts when `patience` has passed since `stop` was told and `writer` was
  // given no end. `ended` is called, on the store's thread, once the end is
  // stored. Does nothing any more once the result is dropped.
  static std::shared_ptr<UnheededStop> Watch(
      std::shared_ptr<StopSignal> stop, std::weak_ptr<ResponseWriter> writer,
      TimerQueue* timers, absl::Duration patience,
      absl::AnyInvocable<void() &&> ended);

  // The run ended so: the conversation goes on without its agent.
  bool ended() const { return ended_; }

 private:
  UnheededStop(std::shared_ptr<StopSignal> stop,
               std::weak_ptr<ResponseWriter> writer,
               absl::AnyInvocable<void() &&> on_ended);
  void EndRun();

  const std::shared_ptr<StopSignal> stop_;
  const std::weak_ptr<ResponseWriter> writer_;
  absl::AnyInvocable<void() &&> on_ended_;  // of EndRun, which is called once
  std::atomic<bool> ended_{false};
  std::unique_ptr<RunStop::StopGuard> guard_;
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_UNHEEDED_STOP_H_
