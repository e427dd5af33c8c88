// Which fault comes next, and when: a function of the seed.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_FAULT_SCHEDULE_H_
#define AGENT_TESTS_CHAOS_CLUSTER_FAULT_SCHEDULE_H_

#include <map>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "tests/chaos/cluster/fault.h"

namespace agent::chaos {

// The first round has each kind once, in random order, so that a short run too
// has evidence of each; then they come at random, in proportion to their
// weights. Thread-compatible.
class FaultSchedule {
 public:
  // `kinds` may not be empty. `interval`: between faults, on average.
  FaultSchedule(std::vector<FaultKind> kinds, absl::Duration interval,
                std::mt19937_64* random);

  FaultKind Next();
  // Back in front of the others: it found nothing to strike.
  void Defer(FaultKind kind);
  // Until the next one: half the interval to half as much again.
  absl::Duration Pause();

 private:
  std::vector<FaultKind> kinds_;
  std::vector<FaultKind> deferred_;
  std::vector<FaultKind> first_round_;
  const absl::Duration interval_;
  std::mt19937_64* const random_;
};

// A duration between the two.
absl::Duration RandomDuration(absl::Duration least, absl::Duration most,
                              std::mt19937_64* random);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_FAULT_SCHEDULE_H_
