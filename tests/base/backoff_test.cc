#include "lib/base/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace agent::testing {
namespace {

constexpr Backoff::Options kOptions = {.initial = absl::Milliseconds(100),
                                       .max = absl::Milliseconds(1000)};

TEST(BackoffTest, EachWaitIsWithinADoublingBound) {
  for (int round = 0; round < 200; ++round) {
    Backoff backoff(kOptions);
    for (const int bound_ms : {100, 200, 400, 800, 1000, 1000}) {
      const absl::Duration wait = backoff.Next();
      EXPECT_GE(wait, absl::ZeroDuration());
      EXPECT_LE(wait, absl::Milliseconds(bound_ms));
    }
  }
}

// Full jitter: the whole range is used, not only its end.
TEST(BackoffTest, WaitsAreSpread) {
  absl::Duration least = absl::InfiniteDuration(), most;
  for (int round = 0; round < 500; ++round) {
    Backoff backoff(kOptions);
    const absl::Duration wait = backoff.Next();
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_LT(least, absl::Milliseconds(20));
  EXPECT_GT(most, absl::Milliseconds(80));
}

TEST(BackoffTest, ProgressStartsItOver) {
  Backoff backoff(kOptions);
  for (int i = 0; i < 10; ++i) (void)backoff.Next();
  EXPECT_EQ(backoff.failures(), 10);
  backoff.Reset();
  EXPECT_EQ(backoff.failures(), 0);
  EXPECT_LE(backoff.Next(), absl::Milliseconds(100));
}

TEST(BackoffTest, StaysBoundedForEver) {
  Backoff backoff(kOptions);
  for (int i = 0; i < 5000; ++i) {
    EXPECT_LE(backoff.Next(), absl::Milliseconds(1000));
  }
}

}  // namespace
}  // namespace agent::testing
