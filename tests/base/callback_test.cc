#include "lib/base/callback.h"

#include <gtest/gtest.h>

#include <thread>

#include "lib/base/status_macros.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

TEST(CallbackTest, AwaitReturnsWhatAnotherThreadAnswers) {
  std::thread thread;
  const auto result = Await<int>([&](Callback<int> done) {
    thread = std::thread(
        [done = std::move(done)]() mutable { std::move(done)(42); });
  });
  thread.join();
  ASSERT_OK(result);
  EXPECT_EQ(*result, 42);
}

TEST(CallbackTest, AwaitReturnsAnAnswerThatCameAtOnce) {
  EXPECT_THAT(Await<int>([](Callback<int> done) {
                std::move(done)(absl::NotFoundError("none"));
              }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(AwaitStatus(
      [](StatusCallback done) { std::move(done)(absl::OkStatus()); }));
}

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  ASSIGN_OR_RETURN(const int half, Half(value));
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

absl::Status Check(int value) {
  RETURN_IF_ERROR(Half(value).status());
  return absl::OkStatus();
}

TEST(StatusMacrosTest, AnErrorReturnsEarly) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_THAT(Quarter(6), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Check(1), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_OK(Check(2));
}

}  // namespace
}  // namespace agent::testing
