#include "lib/runtime/work_finder.h"

#include <utility>

#include "lib/base/logging.h"

namespace agent {
namespace {

// How long one wait for a hint lasts; also what a drain may wait for it.
constexpr absl::Duration kHintWait = absl::Seconds(1);
constexpr Backoff::Options kAskAgain = {.initial = absl::Milliseconds(100),
                                        .max = absl::Seconds(2)};
constexpr Backoff::Options kRescanAgain = {.initial = absl::Seconds(1),
                                           .max = absl::Minutes(1)};

}  // namespace

std::shared_ptr<WorkFinder> WorkFinder::Start(
    const WorkerOptions& options, const WorkerServices& services,
    std::vector<std::string> agents, std::shared_ptr<Dispatcher> dispatcher) {
  std::shared_ptr<WorkFinder> finder(new WorkFinder(
      options, services, std::move(agents), std::move(dispatcher)));
  std::weak_ptr<WorkFinder> weak = finder;
  finder->dispatcher_->OnRoom([weak] {
    if (const auto self = weak.lock()) self->Poke();
  });
  finder->sweeps_ =
      Periodic::Start(services.timers, options.sweep_interval, [weak] {
        if (const auto self = weak.lock()) self->Sweep();
      });
  finder->rescans_ =
      Periodic::Start(services.timers, options.rescan_interval, [weak] {
        if (const auto self = weak.lock()) self->Rescan();
      });
  finder->Rescan();
  finder->Poke();
  return finder;
}

WorkFinder::WorkFinder(const WorkerOptions&, const WorkerServices& services,
                       std::vector<std::string> agents,
                       std::shared_ptr<Dispatcher> dispatcher)
    : services_(services),
      agents_(std::move(agents)),
      dispatcher_(std::move(dispatcher)),
      backoff_(kAskAgain),
      rescan_backoff_(kRescanAgain) {}

bool WorkFinder::Ask() {
  MutexLock lock(&mu_);
  if (stopped_) return false;
  ++asked_;
  return true;
}

void WorkFinder::Answered() {
  MutexLock lock(&mu_);
  --asked_;
  changed_.NotifyAll();
}

void WorkFinder::Poke() {
  if (!dispatcher_->HasRoom()) return;
  {
    MutexLock lock(&mu_);
    if (awaiting_hint_) return;
    awaiting_hint_ = true;
  }
  AwaitHint();
}

void WorkFinder::AwaitHint() {
  if (!Ask()) return;
  services_.work->AwaitHint(
      agents_, kHintWait,
      [self = shared_from_this()](absl::StatusOr<std::vector<WorkHint>> hints) {
        self->OnHints(std::move(hints));
        self->Answered();
      });
}

void WorkFinder::OnHints(absl::StatusOr<std::vector<WorkHint>> hints) {
  if (!hints.ok()) {
    absl::Duration wait;
    {
      MutexLock lock(&mu_);
      if (stopped_) return;  // the timers may be gone
      wait = backoff_.Next();
    }
    services_.timers->After(wait, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->AwaitHint();
    });
    return;
  }
  for (WorkHint& hint : *hints) dispatcher_->Offer(std::move(hint));
  {
    MutexLock lock(&mu_);
    backoff_.Reset();
    awaiting_hint_ = false;
  }
  Poke();
}

void WorkFinder::Sweep() {
  for (const std::string& agent : agents_) {
    if (dispatcher_->HasRoom()) TakeDue(agent);
  }
}

void WorkFinder::TakeDue(const std::string& agent) {
  if (!Ask()) return;
  services_.work->TakeDue(
      agent,
      [self = shared_from_this()](absl::StatusOr<std::vector<WorkHint>> due) {
        if (due.ok()) {
          for (WorkHint& work : *due) self->dispatcher_->Offer(std::move(work));
        }
        self->Answered();
      });
}

void WorkFinder::Rescan() {
  if (!Ask()) return;
  services_.work->Rescan(
      [self = shared_from_this()](absl::StatusOr<int> found) {
        if (!found.ok()) {
          LogWarning("could not look through the records",
                     {{"status", found.status()}});
        } else if (*found > 0) {
          LogInfo("found forgotten conversations", {{"count", *found}});
        }
        self->RescanAgainUnless(found.ok());
        self->Answered();
      });
}

// The next one of its own accord may be an hour away.
void WorkFinder::RescanAgainUnless(bool succeeded) {
  absl::Duration wait;
  {
    MutexLock lock(&mu_);
    if (succeeded) rescan_backoff_.Reset();
    if (succeeded || stopped_ || rescan_waits_) return;
    rescan_waits_ = true;
    wait = rescan_backoff_.Next();
  }
  services_.timers->After(wait, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    {
      MutexLock lock(&self->mu_);
      self->rescan_waits_ = false;
    }
    self->Rescan();
  });
}

void WorkFinder::Stop() {
  sweeps_->Stop();
  rescans_->Stop();
  MutexLock lock(&mu_);
  stopped_ = true;
}

bool WorkFinder::AwaitQuiet(SteadyTime deadline) {
  MutexLock lock(&mu_);
  while (asked_ > 0) {
    if (!changed_.WaitUntil(&mu_, deadline)) return false;
  }
  return true;
}

}  // namespace agent
