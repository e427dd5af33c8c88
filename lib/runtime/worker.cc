#include "lib/runtime/worker.h"

#include <atomic>
#include <utility>

#include "absl/strings/ascii.h"
#include "lib/base/logging.h"
#include "lib/runtime/dispatcher.h"
#include "lib/runtime/drain_deadline.h"
#include "lib/runtime/periodic.h"
#include "lib/runtime/run_pool.h"
#include "lib/runtime/work_finder.h"

namespace agent {
namespace {

// What a drain may take beyond its patience: a store that is away answers
// nothing, and then leases lapse.
constexpr absl::Duration kFarewell = absl::Milliseconds(1500);

class PooledWorker final : public Worker {
 public:
  PooledWorker(WorkerOptions options, WorkerServices services,
               std::vector<std::shared_ptr<Agent>> agents);
  ~PooledWorker() override { Drain(absl::ZeroDuration()); }

  void Drain(absl::Duration patience) override;
  void OnStoreRestart() override { finder_->Rescan(); }
  int active_runs() const override { return dispatcher_->active_runs(); }

 private:
  void Announce();
  void Withdraw(SteadyTime deadline);

  const WorkerOptions options_;
  const WorkerServices services_;
  std::vector<AgentInfo> infos_;
  std::vector<std::string> names_;  // lower case

  RunPool pool_;  // destroyed after all that posts to it
  std::shared_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<WorkFinder> finder_;
  std::shared_ptr<Periodic> announcements_;

  const std::shared_ptr<std::atomic<bool>> announcing_ =
      std::make_shared<std::atomic<bool>>(false);

  Mutex drain_mu_;  // held while draining: a second call waits for the first
  bool drained_ ABSL_GUARDED_BY(drain_mu_) = false;
};

PooledWorker::PooledWorker(WorkerOptions options, WorkerServices services,
                           std::vector<std::shared_ptr<Agent>> agents)
    : options_(std::move(options)),
      services_(std::move(services)),
      pool_(options_.max_concurrent_runs) {
  for (const auto& agent : agents) {
    infos_.push_back({agent->name(), agent->description(), agent->tools(), 0});
    names_.push_back(absl::AsciiStrToLower(agent->name()));
  }
  dispatcher_ = Dispatcher::Create(options_, services_, agents, &pool_);
  Announce();
  // Stopped, and waited for, before this is destroyed.
  announcements_ = Periodic::Start(services_.timers, options_.limits.lease / 3,
                                   [this] { Announce(); });
  finder_ = WorkFinder::Start(options_, services_, names_, dispatcher_);
}

void PooledWorker::Announce() {
  if (announcing_->exchange(true)) return;  // the last is not answered yet
  services_.directory->Announce(
      options_.worker_id, infos_,
      [announcing = announcing_](const absl::Status& status) {
        *announcing = false;
        if (!status.ok()) {
          LogWarning("could not announce the agents", {{"status", status}});
        }
      });
}

void PooledWorker::Withdraw(SteadyTime deadline) {
  DrainDeadline bound;
  bound.Set(deadline);
  const absl::Status status = bound.Await([&](StatusCallback done) {
    services_.directory->Withdraw(options_.worker_id, names_, std::move(done));
  });
  if (!status.ok()) {
    LogWarning("could not withdraw the agents", {{"status", status}});
  }
}

void PooledWorker::Drain(absl::Duration patience) {
  MutexLock lock(&drain_mu_);
  if (drained_) return;
  drained_ = true;
  announcements_->Stop();
  finder_->Stop();
  const SteadyTime patient =
      std::chrono::steady_clock::now() + ToChrono(patience);
  const SteadyTime deadline = patient + ToChrono(kFarewell);
  dispatcher_->Drain(patient, deadline);
  if (!finder_->AwaitQuiet(deadline)) {
    LogWarning("the store did not answer while draining");
  }
  Withdraw(deadline);
}

}  // namespace

std::unique_ptr<Worker> Worker::Start(
    WorkerOptions options, WorkerServices services,
    std::vector<std::shared_ptr<Agent>> agents) {
  return std::make_unique<PooledWorker>(std::move(options), std::move(services),
                                        std::move(agents));
}

}  // namespace agent
