#include "lib/base/error.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

TEST(ErrorTest, WhatWasAttachedIsFound) {
  const absl::Status status =
      MakeError(absl::StatusCode::kOutOfRange, "trimmed",
                {.reason = reason::kCursorTrimmed,
                 .metadata = {{"first_cursor", "5-1001"}, {"note", ""}},
                 .retry_after = absl::Milliseconds(1500)});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(status.message(), "trimmed");
  const auto details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, "CURSOR_TRIMMED");
  EXPECT_EQ(details->metadata.at("first_cursor"), "5-1001");
  EXPECT_EQ(details->metadata.at("note"), "");
  EXPECT_EQ(details->retry_after, absl::Milliseconds(1500));
  EXPECT_EQ(ReasonOf(status), "CURSOR_TRIMMED");
}

TEST(ErrorTest, NothingAttachedIsNothingFound) {
  EXPECT_FALSE(GetErrorDetails(absl::InternalError("x")).has_value());
  EXPECT_FALSE(GetErrorDetails(absl::OkStatus()).has_value());
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
}

TEST(ErrorTest, WithoutWaitingThereIsNoRetry) {
  const auto details = GetErrorDetails(MakeError(
      absl::StatusCode::kAborted, "lost",
      {.reason = reason::kLeaseLost, .metadata = {}, .retry_after = {}}));
  ASSERT_TRUE(details.has_value());
  EXPECT_FALSE(details->retry_after.has_value());
  EXPECT_TRUE(details->metadata.empty());
}

TEST(ErrorTest, AnInvalidFieldIsNamed) {
  const absl::Status status = FieldInvalid("cursor", "must be <ms>-<seq>");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, HasReason("FIELD_INVALID"));
  EXPECT_EQ(status.message(), "cursor: must be <ms>-<seq>");
  EXPECT_EQ(GetErrorDetails(status)->metadata.at("field"), "cursor");
}

TEST(ErrorTest, AnUnavailableStoreIsRetriedAfterASecond) {
  const absl::Status status = StoreUnavailable("it is away");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(status, HasReason("STORE_UNAVAILABLE"));
  EXPECT_EQ(GetErrorDetails(status)->retry_after, absl::Seconds(1));
}

}  // namespace
}  // namespace agent::testing
