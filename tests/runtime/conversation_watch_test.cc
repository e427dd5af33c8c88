#include "lib/runtime/conversation_watch.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/testing/eventually.h"

namespace agent::testing {
namespace {

class ConversationWatchTest : public ::testing::Test {
 protected:
  std::shared_ptr<ConversationWatch> Start() {
    return ConversationWatch::Start(
        &timers_,
        [this](std::string_view conversation_id, std::function<void()> look) {
          EXPECT_EQ(conversation_id, "c");
          look();
          auto listening = std::make_shared<int>();
          {
            MutexLock lock(&mu_);
            listening_ = listening;
          }
          ++asked_;
          return listening;
        },
        "c", [this] { ++looks_; });
  }
  bool Listening() {
    MutexLock lock(&mu_);
    return !listening_.expired();
  }
  // All that was due before has been called.
  void PassDelay() {
    std::atomic<bool> passed{false};
    timers_.After(ConversationWatch::kDelay, [&passed] { passed = true; });
    EXPECT_TRUE(Eventually([&] { return passed.load(); }));
  }

  Mutex mu_;
  std::weak_ptr<int> listening_ ABSL_GUARDED_BY(mu_);
  std::atomic<int> asked_{0}, looks_{0};
  TimerQueue timers_;
};

TEST_F(ConversationWatchTest, ListensAfterAWhileAndUntilItIsStopped) {
  const auto watch = Start();
  PassDelay();
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(looks_, 1);
  EXPECT_TRUE(Listening());
  watch->Stop();
  EXPECT_FALSE(Listening());
}

TEST_F(ConversationWatchTest, AShortRunNeverListens) {
  Start()->Stop();
  auto dropped = Start();
  dropped.reset();
  PassDelay();
  EXPECT_EQ(asked_, 0);
}

TEST_F(ConversationWatchTest, WithoutASourceThereIsNothingToHear) {
  const auto watch = ConversationWatch::Start(&timers_, nullptr, "c", [] {});
  PassDelay();
  watch->Stop();
}

}  // namespace
}  // namespace agent::testing
