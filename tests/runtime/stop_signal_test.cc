#include "lib/runtime/stop_signal.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "tests/testing/eventually.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

TEST(StopSignalTest, TheFirstReasonStays) {
  const auto signal = StopSignal::Create();
  EXPECT_OK(signal->status());
  signal->Stop(absl::CancelledError("first"));
  signal->Stop(absl::AbortedError("second"));
  EXPECT_THAT(signal->status(), StatusIs(absl::StatusCode::kCancelled));
}

TEST(StopSignalTest, ListenersAreCalledOnce) {
  const auto signal = StopSignal::Create();
  int calls = 0;
  const auto guard = signal->OnStop([&] { ++calls; });
  EXPECT_EQ(calls, 0);
  signal->Stop(absl::CancelledError(""));
  signal->Stop(absl::CancelledError(""));
  EXPECT_EQ(calls, 1);
}

TEST(StopSignalTest, OneThatComesLateIsCalledAtOnce) {
  const auto signal = StopSignal::Create();
  signal->Stop(absl::CancelledError(""));
  int calls = 0;
  const auto guard = signal->OnStop([&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(StopSignalTest, ADroppedGuardIsNotCalled) {
  const auto signal = StopSignal::Create();
  int calls = 0;
  auto guard = signal->OnStop([&] { ++calls; });
  guard.reset();
  signal->Stop(absl::CancelledError(""));
  EXPECT_EQ(calls, 0);
}

TEST(StopSignalTest, DroppingAGuardWaitsForItsCall) {
  const auto signal = StopSignal::Create();
  std::atomic<bool> called{false}, go{false}, over{false};
  auto guard = signal->OnStop([&] {
    called = true;
    while (!go) std::this_thread::yield();
    over = true;
  });
  auto stopping = std::async(std::launch::async,
                             [&] { signal->Stop(absl::CancelledError("")); });
  ASSERT_TRUE(Eventually([&] { return called.load(); }));
  auto dropping = std::async(std::launch::async, [&] {
    guard.reset();
    return over.load();
  });
  go = true;
  EXPECT_TRUE(dropping.get());
  stopping.get();
}

TEST(StopSignalTest, AListenerMayDropItsOwnGuard) {
  const auto signal = StopSignal::Create();
  std::unique_ptr<RunContext::StopGuard> guard;
  guard = signal->OnStop([&] { guard.reset(); });
  signal->Stop(absl::CancelledError(""));
  EXPECT_EQ(guard, nullptr);
}

TEST(StopSignalTest, ALostLeaseIsKnownWhateverStoppedTheRunFirst) {
  const auto signal = StopSignal::Create();
  signal->Stop(absl::CancelledError("first"));
  EXPECT_FALSE(signal->lease_lost());
  signal->Stop(absl::AbortedError("second"));
  EXPECT_TRUE(signal->lease_lost());
  EXPECT_THAT(signal->status(), StatusIs(absl::StatusCode::kCancelled));
}

TEST(StopSignalTest, ASleepEndsAtAStop) {
  const auto signal = StopSignal::Create();
  auto sleeping = std::async(std::launch::async,
                             [&] { return signal->Sleep(absl::Hours(1)); });
  signal->Stop(absl::CancelledError(""));
  EXPECT_THAT(sleeping.get(), StatusIs(absl::StatusCode::kCancelled));
}

TEST(StopSignalTest, ASleepThatIsNotStoppedIsOk) {
  EXPECT_OK(StopSignal::Create()->Sleep(absl::Milliseconds(1)));
}

}  // namespace
}  // namespace agent::testing
