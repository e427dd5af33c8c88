// Takes conversations that may have work: begins their runs while there is
// room, executes them, and says in the index what each needs next.
#ifndef AGENT_LIB_RUNTIME_DISPATCHER_H_
#define AGENT_LIB_RUNTIME_DISPATCHER_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "lib/agent/agent.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/runtime/claim.h"
#include "lib/runtime/last_chance.h"
#include "lib/runtime/run_executor.h"
#include "lib/runtime/run_pool.h"
#include "lib/runtime/worker.h"

namespace agent {

// Thread-safe. A conversation that is taken holds a slot from Offer until what
// it needs next is stored.
class Dispatcher : public std::enable_shared_from_this<Dispatcher> {
 public:
  // `pool` has a thread for each slot. Everything must outlive the runs; what
  // they hold of it is let go when Drain and then the pool's destructor have
  // returned.
  static std::shared_ptr<Dispatcher> Create(
      const WorkerOptions& options, const WorkerServices& services,
      const std::vector<std::shared_ptr<Agent>>& agents, RunPool* pool);

  // Calls `function` whenever there is room again. Set before the first Offer.
  void OnRoom(absl::AnyInvocable<void()> function);

  // Takes the conversation, or, without room or while draining, gives it back
  // to other workers. Does not block.
  void Offer(WorkHint work);

  bool HasRoom() const;
  int active_runs() const;

  // As Worker::Drain: runs may end until `patience`; nothing waits for the
  // store beyond `deadline`.
  void Drain(SteadyTime patience, SteadyTime deadline);

 private:
  // A conversation that is taken.
  struct Slot {
    WorkHint work;
    std::shared_ptr<RunExecutor> executor;  // once a run has begun
    // What it needs next is being stored: a hint that comes now is news.
    bool settling = false;
    bool abandoned = false;  // handed over under its agent's hands
    bool last_chance = false;
  };
  using SlotPtr = std::shared_ptr<Slot>;  // guarded by mu_

  Dispatcher(const WorkerOptions& options, const WorkerServices& services,
             RunPool* pool);

  // Its conversation goes on without it.
  static bool PassedOn(const Slot& slot);

  enum class Taken { kYes, kAlready, kNoRoom };
  Taken Take(const WorkHint& work, SlotPtr* slot);
  // Whether it was put off lately; then it is looked at later.
  bool PutOff(const WorkHint& work);
  void OnClaimed(SlotPtr slot, ClaimResult result);
  void Execute(SlotPtr slot, ClaimResult claimed);
  bool TakeLastChanceLocked(Slot* slot, int attempt)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OnExecuted(SlotPtr slot, RunExecutor::Outcome outcome);
  void Refuse(SlotPtr slot, const RunAssignment& assignment);
  // What the conversation needs next; once that is stored the slot is free.
  void Settle(SlotPtr slot);
  void LookAgain(SlotPtr slot, absl::Duration delay);
  StatusCallback Freeing(SlotPtr slot);
  void Free(const SlotPtr& slot);
  void HandOver(const SlotPtr& slot, SteadyTime deadline);
  std::vector<SlotPtr> Running() const;
  bool AwaitFree(SteadyTime deadline);

  const WorkerOptions options_;
  const WorkerServices services_;
  RunPool* const pool_;
  std::map<std::string, std::shared_ptr<Agent>> agents_;  // by lower case
  absl::AnyInvocable<void()> on_room_;
  const std::shared_ptr<std::atomic<bool>> claims_stopped_ =
      std::make_shared<std::atomic<bool>>(false);

  mutable Mutex mu_;
  CondVar changed_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  SteadyTime deadline_ ABSL_GUARDED_BY(mu_) = SteadyTime::max();
  std::multimap<std::string, SlotPtr> slots_ ABSL_GUARDED_BY(mu_);
  PutOffChances put_off_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_DISPATCHER_H_
