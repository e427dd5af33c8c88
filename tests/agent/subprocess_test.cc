#include "lib/agent/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::StatusIs;

absl::Status GoOn() { return absl::OkStatus(); }

absl::StatusOr<ProgramResult> Shell(const std::string& script,
                                    ProgramLimits limits = {}) {
  return RunProgram({"/bin/sh", "-c", script}, limits, GoOn);
}

TEST(SubprocessTest, TellsOutputAndExitStatus) {
  const auto result = Shell("echo out; echo err >&2; exit 3");
  ASSERT_OK(result);
  EXPECT_EQ(result->output, "out\n");
  EXPECT_EQ(result->exit_status, 3);
}

TEST(SubprocessTest, TellsADeathBySignal) {
  const auto result = Shell("kill -9 $$");
  ASSERT_OK(result);
  EXPECT_EQ(result->exit_status, -1);
}

TEST(SubprocessTest, GivesArgumentsAsTheyAre) {
  const auto result = RunProgram({"/bin/echo", "$(id); 'a b' \"c\""}, {}, GoOn);
  ASSERT_OK(result);
  EXPECT_EQ(result->output, "$(id); 'a b' \"c\"\n");
}

TEST(SubprocessTest, GivesNothingToRead) {
  const auto result = Shell("cat");
  ASSERT_OK(result);
  EXPECT_EQ(result->output, "");
}

TEST(SubprocessTest, KillsWhatTakesTooLong) {
  EXPECT_THAT(
      Shell("sleep 100 & sleep 100", {.timeout = absl::Milliseconds(50)})
          .status(),
      StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(SubprocessTest, KillsWhatWritesTooMuch) {
  EXPECT_THAT(Shell("yes", {.output_bytes_max = 10000}).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(SubprocessTest, StopsWhenItIsTold) {
  int asked = 0;
  EXPECT_THAT(RunProgram({"/bin/sh", "-c", "sleep 100"}, {},
                         [&]() -> absl::Status {
                           return ++asked < 2 ? absl::OkStatus()
                                              : absl::CancelledError("stop");
                         })
                  .status(),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST(SubprocessTest, TellsOfAProgramThatIsNotThere) {
  EXPECT_THAT(RunProgram({"/nowhere/az"}, {}, GoOn).status(),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace agent
