#include "lib/runtime/dispatcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "lib/base/abort_point.h"
#include "lib/base/logging.h"

namespace agent {
std::shared_ptr<Dispatcher> Dispatcher::Create(
    const WorkerOptions& options, const WorkerServices& services,
    const std::vector<std::shared_ptr<Agent>>& agents, RunPool* pool) {
  std::shared_ptr<Dispatcher> dispatcher(
      new Dispatcher(options, services, pool));
  for (const auto& agent : agents) {
    dispatcher->agents_.emplace(absl::AsciiStrToLower(agent->name()), agent);
  }
  return dispatcher;
}

Dispatcher::Dispatcher(const WorkerOptions& options,
                       const WorkerServices& services, RunPool* pool)
    : options_(options), services_(services), pool_(pool) {}

void Dispatcher::OnRoom(absl::AnyInvocable<void()> function) {
  on_room_ = std::move(function);
}

bool Dispatcher::HasRoom() const {
  MutexLock lock(&mu_);
  return !draining_ &&
         slots_.size() < static_cast<size_t>(options_.max_concurrent_runs);
}

int Dispatcher::active_runs() const {
  return static_cast<int>(Running().size());
}

bool Dispatcher::PassedOn(const Slot& slot) {
  return slot.executor != nullptr && slot.executor->passed_on();
}

Dispatcher::Taken Dispatcher::Take(const WorkHint& work, SlotPtr* slot) {
  MutexLock lock(&mu_);
  const auto [first, last] = slots_.equal_range(work.conversation_id);
  for (auto it = first; it != last; ++it) {
    const Slot& taken = *it->second;
    // When it ends, Settle sees what this hint speaks of.
    if (!taken.settling && !PassedOn(taken)) return Taken::kAlready;
  }
  if (draining_ ||
      slots_.size() >= static_cast<size_t>(options_.max_concurrent_runs)) {
    return Taken::kNoRoom;
  }
  *slot = std::make_shared<Slot>();
  (*slot)->work = work;
  slots_.emplace(work.conversation_id, *slot);
  return Taken::kYes;
}

bool Dispatcher::PutOff(const WorkHint& work) {
  absl::Duration rest;
  {
    MutexLock lock(&mu_);
    rest =
        put_off_.Rest(work.conversation_id, std::chrono::steady_clock::now());
  }
  if (rest <= absl::ZeroDuration()) return false;
  services_.work->LookAgain(work, rest, [](const absl::Status&) {});
  return true;
}

void Dispatcher::Offer(WorkHint work) {
  if (PutOff(work)) return;
  SlotPtr slot;
  switch (Take(work, &slot)) {
    case Taken::kAlready:
      return;
    case Taken::kNoRoom:
      services_.work->LookAgain(std::move(work), absl::ZeroDuration(),
                                [](const absl::Status&) {});
      return;
    case Taken::kYes:
      break;
  }
  Claim::Start(services_.runs, services_.timers, claims_stopped_,
               work.conversation_id,
               [self = shared_from_this(), slot](ClaimResult result) {
                 self->OnClaimed(slot, std::move(result));
               });
}

void Dispatcher::OnClaimed(SlotPtr slot, ClaimResult result) {
  switch (result.kind) {
    case ClaimResult::Kind::kRun:
      return Execute(std::move(slot), std::move(result));
    case ClaimResult::Kind::kIdle:
      return Settle(std::move(slot));
    case ClaimResult::Kind::kLater:
      return LookAgain(std::move(slot), result.retry_after);
    case ClaimResult::Kind::kUnknown:
      return Free(slot);
  }
}

void Dispatcher::Execute(SlotPtr slot, ClaimResult claimed) {
  const auto agent = agents_.find(slot->work.agent);
  const bool last_chance =
      IsLastChance(claimed.assignment, options_.limits.max_attempts);
  bool refuse = agent == agents_.end();
  {
    MutexLock lock(&mu_);
    refuse = refuse || draining_ ||
             (last_chance &&
              !TakeLastChanceLocked(slot.get(), claimed.assignment.attempt));
  }
  if (refuse) return Refuse(std::move(slot), claimed.assignment);
  auto executor = std::make_shared<RunExecutor>(std::move(claimed.assignment),
                                                claimed.asked_at, agent->second,
                                                options_.limits, services_);
  {
    MutexLock lock(&mu_);
    slot->executor = executor;
    if (draining_) executor->Stop(deadline_);
  }
  pool_->Run([self = shared_from_this(), slot = std::move(slot), executor] {
    const RunExecutor::Outcome outcome = executor->Execute();
    self->OnExecuted(slot, outcome);
  });
}

bool Dispatcher::TakeLastChanceLocked(Slot* slot, int attempt) {
  const bool taken =
      std::any_of(slots_.begin(), slots_.end(), [](const auto& entry) {
        const Slot& other = *entry.second;
        return other.last_chance && !other.settling && !PassedOn(other);
      });
  slot->last_chance = !taken;
  if (taken) {
    put_off_.Add(slot->work.conversation_id, attempt,
                 std::chrono::steady_clock::now());
  }
  return !taken;
}

void Dispatcher::OnExecuted(SlotPtr slot, RunExecutor::Outcome outcome) {
  switch (outcome) {
    case RunExecutor::Outcome::kEnded:
      AGENT_ABORT_POINT(before_settle, slot->work.conversation_id);
      return Settle(std::move(slot));
    case RunExecutor::Outcome::kHandedOver:
    case RunExecutor::Outcome::kAttemptFailed:
      return LookAgain(std::move(slot), absl::ZeroDuration());
    case RunExecutor::Outcome::kPassedOn:
      return Free(slot);  // whoever has it now, or the index, sees to it
  }
}

// A run that was begun and shall not be executed here.
void Dispatcher::Refuse(SlotPtr slot, const RunAssignment& assignment) {
  services_.runs->Release(
      assignment.conversation_id, assignment.run_id, assignment.attempt,
      assignment.token, ReleaseKind::kHandOver,
      [self = shared_from_this(), slot](const absl::Status&) {
        self->LookAgain(slot, absl::ZeroDuration());
      });
}

void Dispatcher::Settle(SlotPtr slot) {
  StatusCallback freeing = Freeing(slot);
  services_.work->Settle(slot->work, std::move(freeing));
}

void Dispatcher::LookAgain(SlotPtr slot, absl::Duration delay) {
  StatusCallback freeing = Freeing(slot);
  services_.work->LookAgain(slot->work, delay, std::move(freeing));
}

StatusCallback Dispatcher::Freeing(SlotPtr slot) {
  {
    MutexLock lock(&mu_);
    slot->settling = true;
  }
  return [self = shared_from_this(),
          slot = std::move(slot)](const absl::Status& status) {
    if (!status.ok()) {
      LogWarning("could not settle a conversation; the sweep will",
                 {{"conversation_id", slot->work.conversation_id},
                  {"status", status}});
    }
    self->Free(slot);
  };
}

void Dispatcher::Free(const SlotPtr& slot) {
  SlotPtr freed;  // its executor is destroyed outside the lock
  bool room = false;
  {
    MutexLock lock(&mu_);
    const auto [first, last] = slots_.equal_range(slot->work.conversation_id);
    const auto found = std::find_if(
        first, last, [&](const auto& entry) { return entry.second == slot; });
    if (found == last) return;
    freed = std::move(found->second);
    slots_.erase(found);
    room = !draining_;
    changed_.NotifyAll();
  }
  if (room && on_room_) on_room_();
}

}  // namespace agent
