#include "lib/base/timer_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/testing/eventually.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

TEST(TimerQueueTest, FunctionsRunInTheOrderOfTheirTimes) {
  TimerQueue timers;
  std::vector<int> order;
  std::atomic<bool> done{false};
  timers.After(absl::Milliseconds(30), [&] {
    order.push_back(3);
    done = true;
  });
  timers.After(absl::Milliseconds(10), [&] { order.push_back(1); });
  timers.After(absl::Milliseconds(20), [&] { order.push_back(2); });
  ASSERT_TRUE(Eventually([&] { return done.load(); }));
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(TimerQueueTest, NoneRunsBeforeItsTime) {
  TimerQueue timers;
  const auto start = std::chrono::steady_clock::now();
  std::atomic<bool> done{false};
  SteadyTime ran;
  timers.After(absl::Milliseconds(20), [&] {
    ran = std::chrono::steady_clock::now();
    done = true;
  });
  ASSERT_TRUE(Eventually([&] { return done.load(); }));
  EXPECT_GE(ran - start, std::chrono::milliseconds(20));
}

TEST(TimerQueueTest, OneThatIsEarlierThanAllWakesTheQueue) {
  TimerQueue timers;
  std::atomic<bool> done{false};
  timers.After(absl::Hours(1), [] {});
  timers.After(absl::Milliseconds(1), [&] { done = true; });
  EXPECT_TRUE(Eventually([&] { return done.load(); }));
}

TEST(TimerQueueTest, ATimeThatHasPassedRunsSoon) {
  TimerQueue timers;
  std::atomic<bool> done{false};
  timers.After(-absl::Seconds(5), [&] { done = true; });
  EXPECT_TRUE(Eventually([&] { return done.load(); }));
}

TEST(TimerQueueTest, ACancelledFunctionNeverRuns) {
  bool ran = false;
  {
    TimerQueue timers;
    const auto id = timers.After(absl::Milliseconds(20), [&] { ran = true; });
    EXPECT_NE(id, 0u);
    EXPECT_TRUE(timers.Cancel(id));
    EXPECT_FALSE(timers.Cancel(id));
    std::atomic<bool> later{false};
    timers.After(absl::Milliseconds(40), [&] { later = true; });
    ASSERT_TRUE(Eventually([&] { return later.load(); }));
  }
  EXPECT_FALSE(ran);
}

TEST(TimerQueueTest, OneThatHasRunCannotBeCancelled) {
  TimerQueue timers;
  std::atomic<bool> done{false};
  const auto id = timers.After(absl::ZeroDuration(), [&] { done = true; });
  ASSERT_TRUE(Eventually([&] { return done.load(); }));
  EXPECT_FALSE(timers.Cancel(id));
}

TEST(TimerQueueTest, AFunctionMayUseTheQueue) {
  TimerQueue timers;
  std::atomic<bool> done{false};
  TimerQueue::TimerId other = 0;
  other = timers.After(absl::Hours(1), [] {});
  timers.After(absl::ZeroDuration(), [&] {
    EXPECT_TRUE(timers.Cancel(other));
    timers.After(absl::ZeroDuration(), [&] { done = true; });
  });
  EXPECT_TRUE(Eventually([&] { return done.load(); }));
}

TEST(TimerQueueTest, ItsEndWaitsForTheOneThatRunsAndDropsTheOthers) {
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> weak = held;
  std::atomic<bool> began{false}, over{false};
  {
    TimerQueue timers;
    timers.After(absl::Hours(1), [held = std::move(held)] { (void)held; });
    timers.After(absl::ZeroDuration(), [&] {
      began = true;
      std::this_thread::yield();
      over = true;
    });
    ASSERT_TRUE(Eventually([&] { return began.load(); }));
  }
  EXPECT_TRUE(over);
  EXPECT_TRUE(weak.expired());
}

TEST(TimerQueueTest, ManyThreadsMayUseItAtOnce) {
  TimerQueue timers;
  std::atomic<int> ran{0}, cancelled{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const auto id = timers.After(absl::Microseconds(i), [&] { ++ran; });
        if ((i + t) % 3 == 0 && timers.Cancel(id)) ++cancelled;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(Eventually([&] { return ran + cancelled == 800; }));
}

}  // namespace
}  // namespace agent::testing
