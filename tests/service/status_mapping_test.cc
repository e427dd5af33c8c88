#include "service/status_mapping.h"

#include <gtest/gtest.h>

#include "lib/base/error.h"
#include "tests/service/rich_error.h"

namespace agent {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ReadRichError;
using testing::RefusesField;
using testing::RichError;
using testing::Succeeds;

TEST(StatusMapping, OkIsOk) {
  EXPECT_THAT(ToGrpcStatus(absl::OkStatus()), Succeeds());
}

TEST(StatusMapping, AnErrorOfOursKeepsItsReasonDomainAndMetadata) {
  const RichError error = ReadRichError(ToGrpcStatus(
      MakeError(absl::StatusCode::kOutOfRange, "gone",
                {.reason = reason::kCursorTrimmed,
                 .metadata = {{"first_cursor", "1-1"}, {"last_cursor", "2-2"}},
                 .retry_after = std::nullopt})));
  EXPECT_EQ(error.code, grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(error.message, "gone");
  EXPECT_EQ(error.reason, "CURSOR_TRIMMED");
  EXPECT_EQ(error.domain, "agent.v1");
  EXPECT_EQ(error.metadata.at("first_cursor"), "1-1");
  EXPECT_EQ(error.metadata.at("last_cursor"), "2-2");
  EXPECT_FALSE(error.retry_after.has_value());
}

TEST(StatusMapping, AFieldIsNamedAsAViolationToo) {
  EXPECT_THAT(ToGrpcStatus(FieldInvalid("message", "is required")),
              RefusesField("message"));
}

TEST(StatusMapping, WhereWaitingHelpsItSaysHowLong) {
  EXPECT_EQ(ReadRichError(ToGrpcStatus(StoreUnavailable("away"))).retry_after,
            absl::Seconds(1));
  EXPECT_EQ(ReadRichError(ToGrpcStatus(DrainingError())).retry_after,
            absl::Seconds(1));
}

TEST(StatusMapping, TheInsideIsNeverTold) {
  const grpc::Status status =
      ToGrpcStatus(absl::UnavailableError("WRONGTYPE at redis.internal:6379"));
  EXPECT_THAT(status, FailsWith(grpc::StatusCode::INTERNAL, "INTERNAL"));
  EXPECT_EQ(status.error_message(), "internal error");
  EXPECT_THAT(status.error_details(), Not(HasSubstr("redis")));
}

TEST(StatusMapping, ALongTextIsCutSoThatTheTrailersHoldIt) {
  const grpc::Status status =
      ToGrpcStatus(FieldInvalid("message", std::string(size_t{100000}, 'x')));
  EXPECT_LT(status.error_details().size(), 4096u);
}

TEST(StatusMapping, OnlyAnUnavailableStreamSaysWhereToResume) {
  const auto cursor_of = [](const absl::Status& status) {
    return ReadRichError(ToGrpcStatus(WithCursor(status, "5-1000")))
        .metadata["cursor"];
  };
  EXPECT_EQ(cursor_of(DrainingError()), "5-1000");
  EXPECT_EQ(cursor_of(StoreUnavailable("away")), "5-1000");
  EXPECT_EQ(cursor_of(FieldInvalid("wait", "is odd")), "");
}

}  // namespace
}  // namespace agent
