// Stores what one attempt says, through the fence of its lease: gathers pieces
// while one APPEND is on its way (no timer: the first is sent at once), sends
// again what got no answer, keeps the lease alive, and tells the attempt to
// stop when it has lost it.
#ifndef AGENT_LIB_RUNTIME_RESPONSE_WRITER_H_
#define AGENT_LIB_RUNTIME_RESPONSE_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/timer_queue.h"
#include "lib/log/limits.h"
#include "lib/log/run_store.h"
#include "lib/runtime/append_backlog.h"
#include "lib/runtime/lease_clock.h"
#include "lib/runtime/output_budget.h"
#include "lib/runtime/stop_signal.h"
#include "lib/runtime/stored_feed.h"

namespace agent {

// Add blocks while more than this waits to be stored.
inline constexpr size_t kMaxWaitingBytes = 1 << 20;
inline constexpr size_t kMaxWaitingChunks = 1024;

// Thread-safe. Stops the signal with ABORTED LEASE_LOST when the lease passed
// on (also by itself, when nothing was acknowledged for almost a lease),
// CANCELLED when a cancellation was asked for, UNAVAILABLE when the store lost
// more than is kept: then the attempt is to be given back; and RunError
// OUTPUT_TOO_LARGE.
class ResponseWriter : public std::enable_shared_from_this<ResponseWriter> {
 public:
  // All must outlive what is on its way (see Close).
  struct Dependencies {
    RunStore* runs = nullptr;
    TimerQueue* timers = nullptr;
    std::shared_ptr<StopSignal> stop;
  };

  // Appends the attempt's first entry. `begun_at`: when BEGIN was sent.
  static std::shared_ptr<ResponseWriter> Start(const RunAssignment& assignment,
                                               SteadyTime begun_at,
                                               const RunLimits& limits,
                                               Dependencies dependencies,
                                               StoredFeed feed);

  // Queues a chunk (whole characters, no terminal). Blocks while too much
  // waits. Fails when the run must stop.
  absl::Status Add(ChunkContent content);

  // Queues a journalled step, which stands after all that was added before it,
  // and the last chunks it is made of, which go in the same APPEND.
  absl::Status AddStep(std::vector<ChunkContent> last, std::string json);

  // Waits until everything added is stored.
  absl::Status AwaitStored();

  // Ends the run; waits until that is stored. The rest of what was said is
  // stored with it, unless it is cancelled. Fails with the stop's status when
  // it could not be; after CANCELLED, to be called again with that end.
  absl::Status Finish(RunEnd end, std::optional<std::string> step);

  // For an agent that does not return: ends the run without waiting, as
  // cancelled if that is asked for meanwhile. `stored` is called, on the
  // store's thread, once it is; Finish then waits for this end. False: the run
  // is over, or being ended.
  bool EndUnattended(RunEnd end, absl::AnyInvocable<void() &&> stored);

  // Asks the store at once how the run stands: it may have been cancelled.
  void LookNow();

  // Sends nothing any more; waits for what is on its way. True if the run has
  // ended. An answer that Close did not wait for is not handed on.
  bool Close();
  // From now on Close waits no longer than this.
  void LimitClose(SteadyTime deadline);

 private:
  enum class State {
    kWriting,
    kCancelling,  // asked for: only that end may be written
    kEnded,       // the end is stored
    kClosed,      // nothing is sent any more
  };

  ResponseWriter(const RunAssignment& assignment, SteadyTime begun_at,
                 const RunLimits& limits, Dependencies dependencies,
                 StoredFeed feed);

  bool DoneLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return state_ == State::kEnded || state_ == State::kClosed;
  }
  absl::Status WhyNotLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AwaitRoomLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status Queue(std::vector<ChunkContent> contents,
                     std::optional<std::string> step);

  // Sending.
  void Pump();
  void OnAnswer(SteadyTime sent_at, absl::StatusOr<AppendOutcome> answer);
  void DeliverAnswer(const AppendOutcome& outcome);
  void RetryAfterLocked(absl::Duration delay)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Why an answer makes the attempt stop, or OK; and what else it means.
  absl::Status StopFor(const absl::StatusOr<AppendOutcome>& answer);
  bool FillGapLocked(const AppendOutcome& outcome)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ApplyLocked(SteadyTime sent_at,
                   const absl::StatusOr<AppendOutcome>& answer, bool stopped)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CancelLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AddEndLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void TellEnded();

  // The lease.
  void Tick();
  void GiveUp();
  void TickAt(SteadyTime when);

  const std::string conversation_id_, run_id_, token_;
  const int attempt_;
  const AttemptStarted first_entry_;
  RunStore* const runs_;
  TimerQueue* const timers_;
  const std::shared_ptr<StopSignal> stop_;
  StoredFeed feed_;  // only by the answer of the append in flight
  std::unique_ptr<RunContext::StopGuard> stop_guard_;

  Mutex mu_;
  CondVar changed_;
  State state_ ABSL_GUARDED_BY(mu_) = State::kWriting;
  AppendBacklog backlog_ ABSL_GUARDED_BY(mu_);
  std::optional<RunEnd> end_ ABSL_GUARDED_BY(mu_);  // stands in the backlog
  int64_t told_ ABSL_GUARDED_BY(mu_);  // sequences that readers may have seen
  LeaseClock lease_ ABSL_GUARDED_BY(mu_);
  Backoff backoff_ ABSL_GUARDED_BY(mu_);
  SteadyTime close_deadline_ ABSL_GUARDED_BY(mu_) = SteadyTime::max();
  bool in_flight_ ABSL_GUARDED_BY(mu_) = false;
  bool delivering_ ABSL_GUARDED_BY(mu_) = false;
  bool abandoned_ ABSL_GUARDED_BY(mu_) = false;  // Close did not wait for it
  bool retry_waits_ ABSL_GUARDED_BY(mu_) = false;
  bool heartbeat_due_ ABSL_GUARDED_BY(mu_) = false;
  bool look_due_ ABSL_GUARDED_BY(mu_) = false;
  bool unattended_ ABSL_GUARDED_BY(mu_) = false;  // no agent waits for end_
  absl::AnyInvocable<void() &&> on_ended_ ABSL_GUARDED_BY(mu_);
  OutputBudget budget_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_RESPONSE_WRITER_H_
