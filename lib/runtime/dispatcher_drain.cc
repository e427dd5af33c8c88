// Dispatcher's end: runs that may finish do, the others are handed over.
#include <algorithm>
#include <utility>

#include "lib/base/logging.h"
#include "lib/runtime/dispatcher.h"
#include "lib/runtime/drain_deadline.h"

namespace agent {
namespace {

// Agents that were told to stop get this long before their runs are handed over
// under their hands.
constexpr absl::Duration kStopGrace = absl::Milliseconds(300);

}  // namespace

std::vector<Dispatcher::SlotPtr> Dispatcher::Running() const {
  std::vector<SlotPtr> running;
  MutexLock lock(&mu_);
  for (const auto& [id, slot] : slots_) {
    if (slot->executor != nullptr && !slot->settling && !slot->abandoned) {
      running.push_back(slot);
    }
  }
  return running;
}

bool Dispatcher::AwaitFree(SteadyTime deadline) {
  MutexLock lock(&mu_);
  while (true) {
    const bool free =
        std::all_of(slots_.begin(), slots_.end(), [](const auto& entry) {
          return entry.second->abandoned || PassedOn(*entry.second);
        });
    if (free) return true;
    if (!changed_.WaitUntil(&mu_, deadline)) return false;
  }
}

void Dispatcher::Drain(SteadyTime patience, SteadyTime deadline) {
  {
    MutexLock lock(&mu_);
    draining_ = true;
    deadline_ = deadline;
  }
  *claims_stopped_ = true;
  if (AwaitFree(patience)) return;
  for (const SlotPtr& slot : Running()) slot->executor->Stop(deadline);
  const SteadyTime grace =
      std::chrono::steady_clock::now() + ToChrono(kStopGrace);
  if (AwaitFree(std::min(grace, deadline))) return;
  // Also past the deadline: whoever still waits for the store is let go.
  for (const SlotPtr& slot : Running()) HandOver(slot, deadline);
  if (!AwaitFree(deadline)) {
    LogWarning("the store did not answer while draining");
  }
}

void Dispatcher::HandOver(const SlotPtr& slot, SteadyTime deadline) {
  if (slot->executor->HandOver()) {
    LogWarning("handed a run over whose agent does not stop",
               {{"conversation_id", slot->work.conversation_id}});
    DrainDeadline bound;
    bound.Set(deadline);
    const absl::Status status = bound.Await([&](StatusCallback done) {
      services_.work->LookAgain(slot->work, absl::ZeroDuration(),
                                std::move(done));
    });
    if (!status.ok()) LogWarning("could not hint", {{"status", status}});
  }
  MutexLock lock(&mu_);
  slot->abandoned = true;
}

}  // namespace agent
