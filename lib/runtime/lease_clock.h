// Where an attempt's lease stands, seen from the worker: a lease begins when
// Redis executed a call, so counting from when the call was sent is safe.
#ifndef AGENT_LIB_RUNTIME_LEASE_CLOCK_H_
#define AGENT_LIB_RUNTIME_LEASE_CLOCK_H_

#include <algorithm>

#include "absl/time/time.h"
#include "lib/base/clock.h"

namespace agent {

// Thread-compatible.
class LeaseClock {
 public:
  LeaseClock(absl::Duration lease, SteadyTime begun_at)
      : heartbeat_(ToChrono(lease / 3)),
        patience_(ToChrono(lease - std::min(absl::Seconds(2), lease / 4))),
        least_(std::min(absl::Seconds(1), lease / 8)),
        sent_at_(begun_at),
        held_at_(begun_at) {}

  void Sent(SteadyTime at) { sent_at_ = at; }
  // The call that was sent `at` was acknowledged: the lease held then.
  void Held(SteadyTime at) { held_at_ = std::max(held_at_, at); }

  SteadyTime HeartbeatDue() const { return sent_at_ + heartbeat_; }
  // When to look again, having sent what was due.
  SteadyTime NextLook(SteadyTime now) const {
    const SteadyTime due =
        HeartbeatDue() > now ? HeartbeatDue() : now + heartbeat_;
    return std::min(due, GiveUpAt());
  }
  // From here on the lease may have passed on: stop.
  SteadyTime GiveUpAt() const { return held_at_ + patience_; }
  // How long a call may wait to be sent. Never so short that the store has no
  // chance to answer: the lease itself is longer than our patience.
  absl::Duration Patience(SteadyTime now) const {
    return std::max(absl::FromChrono(GiveUpAt() - now), least_);
  }

 private:
  SteadyTime::duration heartbeat_;
  SteadyTime::duration patience_;
  absl::Duration least_;
  SteadyTime sent_at_;
  SteadyTime held_at_;
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_LEASE_CLOCK_H_
