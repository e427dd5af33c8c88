#include "lib/base/abort_point.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace agent {
namespace {

using ::testing::ExitedWithCode;
using ::testing::KilledBySignal;

constexpr int kPassed = 7;

// In a child of its own, since the setting is read once: passes `point` in
// `conversation` so often, and then ends by itself.
void Pass(const char* setting, std::string_view point, int times,
          std::string_view conversation = "c") {
  setenv("AGENT_ABORT_AT", setting, /*overwrite=*/1);
  for (int i = 0; i < times; ++i) PassAbortPoint(point, conversation);
  std::_Exit(kPassed);
}

TEST(AbortPointTest, WithoutASettingNothingHappens) {
  EXPECT_EXIT(Pass("", "here", 3), ExitedWithCode(kPassed), "");
}

TEST(AbortPointTest, TheFirstPassingDies) {
  EXPECT_EXIT(Pass("here", "here", 1), KilledBySignal(SIGKILL), "here: dying");
  EXPECT_EXIT(Pass("here", "there", 3), ExitedWithCode(kPassed), "");
}

TEST(AbortPointTest, TheCountedPassingDies) {
  EXPECT_EXIT(Pass("here:3", "here", 2), ExitedWithCode(kPassed), "");
  EXPECT_EXIT(Pass("here:3", "here", 3), KilledBySignal(SIGKILL), "");
}

TEST(AbortPointTest, OnlyOneConversationsPassingsCount) {
  EXPECT_EXIT(Pass("here@c", "here", 1, "d"), ExitedWithCode(kPassed), "");
  EXPECT_EXIT(Pass("here@c", "here", 1, "c"), KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(Pass("here:2@a:b", "here", 2, "a:b"), KilledBySignal(SIGKILL),
              "");
}

TEST(AbortPointTest, ThereMayBeSeveral) {
  EXPECT_EXIT(Pass("there,here:2", "here", 2), KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(Pass("there,here:2", "there", 1), KilledBySignal(SIGKILL), "");
}

TEST(AbortPointTest, ASettingThatCannotBeReadIsNotPassedOver) {
  for (const char* setting : {"here:0", "here:x", "here:-1", ":2", "@c"}) {
    EXPECT_EXIT(Pass(setting, "here", 1), KilledBySignal(SIGABRT),
                "cannot be read");
  }
}

TEST(AbortPointTest, APauseLastsUntilTheProcessIsContinued) {
  const pid_t child = fork();
  if (child == 0) Pass("here:pause", "here", 2);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  kill(child, SIGCONT);
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kPassed);
}

}  // namespace
}  // namespace agent
