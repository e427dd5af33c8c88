// Asks BEGIN for a conversation until it is decided what to do with it.
#ifndef AGENT_LIB_RUNTIME_CLAIM_H_
#define AGENT_LIB_RUNTIME_CLAIM_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/timer_queue.h"
#include "lib/log/run_store.h"

namespace agent {

struct ClaimResult {
  enum class Kind {
    kRun,      // `assignment` is ours, by a BEGIN sent at `asked_at`
    kIdle,     // nothing to do
    kLater,    // look again after `retry_after`
    kUnknown,  // the store did not answer: the index will bring it back
  };
  Kind kind = Kind::kUnknown;
  RunAssignment assignment;
  SteadyTime asked_at;
  absl::Duration retry_after;
};

// A BEGIN whose reply was lost is sent again with the same token, so that what
// it may have taken is found; one that itself ended a run is asked again.
class Claim : public std::enable_shared_from_this<Claim> {
 public:
  using Done = absl::AnyInvocable<void(ClaimResult) &&>;

  // `done` is called once, on the store's or the timers' thread. Once `stopped`
  // is true, nothing is asked again.
  static void Start(RunStore* runs, TimerQueue* timers,
                    std::shared_ptr<const std::atomic<bool>> stopped,
                    std::string conversation_id, Done done);

 private:
  // BEGINs whose reply was lost, and runs that BEGIN itself ended.
  static constexpr int kMaxTries = 6;
  static constexpr int kMaxEnded = 100;

  Claim(RunStore* runs, TimerQueue* timers,
        std::shared_ptr<const std::atomic<bool>> stopped,
        std::string conversation_id, Done done);
  void Ask();
  void OnAnswer(SteadyTime asked_at, absl::StatusOr<BeginOutcome> answer);
  void OnError(const absl::Status& error);
  void OnEnded(const BeginOutcome& outcome);
  void Finish(ClaimResult result);
  void FinishAs(ClaimResult::Kind kind);

  // One call or timer is under way at a time: no lock.
  RunStore* const runs_;
  TimerQueue* const timers_;
  const std::shared_ptr<const std::atomic<bool>> stopped_;
  const std::string conversation_id_;
  Done done_;
  std::string token_;
  int tries_ = 0;
  int ended_ = 0;
  Backoff backoff_;
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_CLAIM_H_
