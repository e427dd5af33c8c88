#include "service/readiness.h"

#include <utility>

#include "lib/base/logging.h"
#include "lib/base/mutex.h"

namespace agent {

struct Readiness::Probe : std::enable_shared_from_this<Probe> {
  std::function<absl::Status()> health;
  std::function<void(bool)> serving;
  TimerQueue* timers = nullptr;
  absl::Duration interval;
  // Held while it asks, so that the destructor waits for that.
  Mutex mu;
  bool stopped ABSL_GUARDED_BY(mu) = false;
  bool ready ABSL_GUARDED_BY(mu) = true;

  void Ask() {
    MutexLock lock(&mu);
    if (stopped) return;
    const absl::Status status = health();
    if (ready && !status.ok()) LogWarning("not ready", {{"status", status}});
    if (!ready && status.ok()) LogInfo("ready again");
    ready = status.ok();
    serving(ready);
    timers->After(interval, [weak = weak_from_this()] {
      if (auto self = weak.lock(); self != nullptr) self->Ask();
    });
  }
};

Readiness::Readiness(std::function<absl::Status()> health,
                     std::function<void(bool)> serving, TimerQueue* timers,
                     absl::Duration interval)
    : probe_(std::make_shared<Probe>()) {
  probe_->health = std::move(health);
  probe_->serving = std::move(serving);
  probe_->timers = timers;
  probe_->interval = interval;
  probe_->Ask();
}

Readiness::~Readiness() {
  MutexLock lock(&probe_->mu);
  probe_->stopped = true;
}

}  // namespace agent
