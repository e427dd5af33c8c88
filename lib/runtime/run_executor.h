// Executes one attempt at a run: calls the agent, and ends the run, hands it
// over, or leaves it to another attempt.
#ifndef AGENT_LIB_RUNTIME_RUN_EXECUTOR_H_
#define AGENT_LIB_RUNTIME_RUN_EXECUTOR_H_

#include <memory>

#include "absl/status/status.h"
#include "lib/agent/agent.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/log/run.h"
#include "lib/runtime/attempt_context.h"
#include "lib/runtime/conversation_watch.h"
#include "lib/runtime/drain_deadline.h"
#include "lib/runtime/response_writer.h"
#include "lib/runtime/stop_signal.h"
#include "lib/runtime/unheeded_stop.h"
#include "lib/runtime/worker.h"

namespace agent {

// Thread-safe. Everything it is given must outlive it.
class RunExecutor {
 public:
  enum class Outcome {
    kEnded,          // the run's end is stored
    kHandedOver,     // given back: no failure, anyone may take it at once
    kAttemptFailed,  // given back: another attempt is made after its back-off
    kPassedOn,       // the lease is not ours any more
  };

  // `begun_at`: when BEGIN was sent.
  RunExecutor(RunAssignment assignment, SteadyTime begun_at,
              std::shared_ptr<Agent> agent, const RunLimits& limits,
              const WorkerServices& services);

  // Blocks until the agent has returned and what became of the run is stored.
  // Once.
  Outcome Execute();

  // Tells the attempt to stop, so that it is handed over; from then on nothing
  // waits for the store beyond `deadline`.
  void Stop(SteadyTime deadline = SteadyTime::max());

  // After Stop, for an agent that does not return: hands the run over under its
  // hands. True if it was (or had been) given back or had ended. Blocks for the
  // store's answers.
  bool HandOver();

  // Whether the conversation goes on without us: the lease was lost, or the run
  // was ended under its agent's hands.
  bool passed_on() const;

 private:
  absl::Status CallAgent(AttemptContext& context);
  Outcome Decide(AttemptContext& context, const absl::Status& status);
  Outcome EndStopped(AttemptContext& context);
  Outcome EndFailed(AttemptContext& context, const absl::Status& error);
  Outcome End(AttemptContext& context, RunEnd end,
              std::optional<std::string> step);
  Outcome GiveBack(ReleaseKind kind);
  TimerQueue::TimerId ArmTimeout();
  std::shared_ptr<UnheededStop> WatchStop();
  std::shared_ptr<ConversationWatch> Listen();

  const RunAssignment assignment_;
  const SteadyTime begun_at_;
  const std::shared_ptr<Agent> agent_;
  const RunLimits limits_;
  const WorkerServices services_;
  const std::shared_ptr<StopSignal> stop_;
  StoredFeed feed_;  // of the end; the writer has one of its own
  std::shared_ptr<ResponseWriter> writer_;
  const std::shared_ptr<UnheededStop> unheeded_;
  const std::shared_ptr<ConversationWatch> watch_;
  DrainDeadline deadline_;

  Mutex give_back_mu_;  // held across the release: the second caller waits
  std::optional<Outcome> given_back_ ABSL_GUARDED_BY(give_back_mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_RUN_EXECUTOR_H_
