// Waiting in tests: for a condition, with a deadline, never for a time.
#ifndef AGENT_TESTS_TESTING_EVENTUALLY_H_
#define AGENT_TESTS_TESTING_EVENTUALLY_H_

#include <chrono>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace agent::testing {

inline constexpr absl::Duration kEventuallyTimeout = absl::Seconds(20);

// True as soon as `condition()` is; false if it was not within `timeout`. The
// timeout only bounds a failure, so it is generous.
//
//   ASSERT_TRUE(Eventually([&] { return calls == 3; }));
template <typename Condition>
bool Eventually(Condition condition,
                absl::Duration timeout = kEventuallyTimeout) {
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return condition();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace agent::testing

#endif  // AGENT_TESTS_TESTING_EVENTUALLY_H_
