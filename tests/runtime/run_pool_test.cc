#include "lib/runtime/run_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/testing/eventually.h"

namespace agent::testing {
namespace {

TEST(RunPoolTest, RunsAsManyAtATimeAsItHasThreads) {
  std::atomic<int> running{0};
  std::atomic<bool> go{false};
  RunPool pool(4);
  for (int i = 0; i < 4; ++i) {
    pool.Run([&] {
      ++running;
      while (!go) std::this_thread::yield();
    });
  }
  EXPECT_TRUE(Eventually([&] { return running == 4; }));
  go = true;
}

TEST(RunPoolTest, AThreadThatIsIdleIsUsedAgain) {
  RunPool pool(8);
  std::set<std::thread::id> threads;
  for (int i = 0; i < 20; ++i) {
    std::atomic<bool> done{false};
    pool.Run([&] {
      threads.insert(std::this_thread::get_id());
      done = true;
    });
    ASSERT_TRUE(Eventually([&] { return done.load(); }));
  }
  // One may not have come back to the queue before the next was given.
  EXPECT_LE(threads.size(), 2u);
}

TEST(RunPoolTest, ItsEndWaitsForWhatWasGiven) {
  std::atomic<int> done{0};
  {
    RunPool pool(1);
    for (int i = 0; i < 10; ++i) pool.Run([&] { ++done; });
  }
  EXPECT_EQ(done, 10);
}

}  // namespace
}  // namespace agent::testing
