// What a benchmark's run is to say, carried in the run's message, and the time
// that each of its chunks carries.
#ifndef AGENT_TESTS_BENCH_LOAD_PLAN_H_
#define AGENT_TESTS_BENCH_LOAD_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace agent::bench {

// Of the machine's monotonic clock: the same in all of its processes.
int64_t MonotonicNs();

struct LoadPlan {
  int64_t chunks = 100;
  int64_t bytes = 40;  // of each chunk; at least kStampBytes
  // Chunks a second; 0: as fast as they are taken.
  int64_t rate = 0;
  // Before the first chunk.
  int64_t delay_us = 0;

  std::string ToMessage() const;
  // INVALID_ARGUMENT names what cannot be read.
  static absl::StatusOr<LoadPlan> Parse(std::string_view message);

  // When chunk `index` of a run that began at `start_ns` is meant to be said;
  // 0: as soon as it can.
  int64_t IntendedNs(int64_t start_ns, int64_t index) const;
};

inline constexpr int64_t kStampBytes = 17;

// A text of `bytes` that begins with the time at which it was meant to be said:
// latency is counted from there, so that a late sender hides nothing.
std::string StampedText(int64_t intended_ns, int64_t bytes);
// 0: none.
int64_t StampOf(std::string_view text);

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_LOAD_PLAN_H_
