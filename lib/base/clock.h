// Time, injected, so that tests can move it.
#ifndef AGENT_LIB_BASE_CLOCK_H_
#define AGENT_LIB_BASE_CLOCK_H_

#include <chrono>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace agent {

using SteadyTime = std::chrono::steady_clock::time_point;

inline std::chrono::nanoseconds ToChrono(absl::Duration d) {
  return absl::ToChronoNanoseconds(d);
}

class Clock {
 public:
  virtual ~Clock() = default;
  // The calendar's time: for what people and other machines read.
  virtual absl::Time Now() = 0;
  // Time that never steps back: for waits and deadlines.
  virtual SteadyTime Steady() = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }
  SteadyTime Steady() override { return std::chrono::steady_clock::now(); }
};

}  // namespace agent

#endif  // AGENT_LIB_BASE_CLOCK_H_
