// Tells health checks whether this process can do its work: it serves while
// Redis answers.
#ifndef AGENT_SERVICE_READINESS_H_
#define AGENT_SERVICE_READINESS_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/timer_queue.h"

namespace agent {

// Asks `health` at once and every interval, and tells `serving` each answer.
// Neither may block. After the destructor neither is called.
class Readiness {
 public:
  Readiness(std::function<absl::Status()> health,
            std::function<void(bool)> serving, TimerQueue* timers,
            absl::Duration interval = absl::Seconds(1));
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

 private:
  struct Probe;
  std::shared_ptr<Probe> probe_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_READINESS_H_
