// The calls other than streams: retries that start nothing twice, and errors
// as the service sends them.
#include "agent/client/agent_client.h"

#include <gmock/gmock.h>

#include <chrono>

#include "agent/client/errors.h"
#include "client/src/retry.h"
#include "lib/base/error.h"
#include "tests/client/scripted_service.h"
#include "tests/testing/status_matchers.h"

namespace agent::client {
namespace {

using namespace std::chrono_literals;  // NOLINT: durations in tests
using agent::testing::StatusIs;
using testing::RichStatus;
using testing::ScriptedService;
using ::testing::SizeIs;

constexpr RetryPolicy kQuick = {.max_failures = 3,
                                .max_outage = 5s,
                                .backoff_initial = 1ms,
                                .backoff_max = 2ms};

class AgentClientTest : public ::testing::Test {
 protected:
  ScriptedService service_;
  AgentClient client_{CreateChannel(service_.address()), kQuick};
};

TEST_F(AgentClientTest, RunAgentIsRepeatedUnderTheSameKey) {
  service_.AddRunFailure({grpc::StatusCode::UNAVAILABLE, "no"});
  service_.AddRunFailure({grpc::StatusCode::UNAVAILABLE, "no"});
  v1::RunAgentRequest request;
  request.set_agent("TravelPlanner");
  request.set_message("hello");
  const auto run = client_.RunAgent(request);
  ASSERT_OK(run);
  EXPECT_EQ(run->run_id(), "run-1");
  const auto requests = service_.run_requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_THAT(requests[0].request_id(), SizeIs(32));
  EXPECT_EQ(requests[0].request_id(), requests[2].request_id());
}

TEST_F(AgentClientTest, WhatADyingServerCancelsIsRepeated) {
  service_.AddRunFailure({grpc::StatusCode::CANCELLED, "CANCELLED"});
  ASSERT_OK(client_.RunAgent({}));
  EXPECT_THAT(service_.run_requests(), SizeIs(2));
}

TEST_F(AgentClientTest, AnotherRunHasAnotherKey) {
  ASSERT_OK(client_.RunAgent({}));
  ASSERT_OK(client_.RunAgent({}));
  const auto requests = service_.run_requests();
  EXPECT_NE(requests[0].request_id(), requests[1].request_id());
}

TEST_F(AgentClientTest, TheCallersKeyIsKept) {
  v1::RunAgentRequest request;
  request.set_request_id("mine");
  ASSERT_OK(client_.RunAgent(request));
  EXPECT_EQ(service_.run_requests()[0].request_id(), "mine");
}

TEST_F(AgentClientTest, WhatIsWrongIsNotRepeated) {
  service_.AddRunFailure(
      RichStatus(grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED"));
  const auto run = client_.RunAgent({});
  EXPECT_THAT(run, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(ErrorReason(run.status()), "REQUEST_ID_REUSED");
  EXPECT_THAT(service_.run_requests(), SizeIs(1));
}

TEST_F(AgentClientTest, AServiceThatStaysAwayUsesThePolicyUp) {
  for (int i = 0; i < 10; ++i) {
    service_.AddRunFailure({grpc::StatusCode::UNAVAILABLE, "no"});
  }
  EXPECT_THAT(client_.RunAgent({}), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(service_.run_requests(), SizeIs(4));
}

TEST(ErrorsTest, TheDetailsOfAStatusAreRead) {
  const absl::Status status = FromGrpcStatus(
      RichStatus(grpc::StatusCode::RESOURCE_EXHAUSTED, "MAILBOX_FULL", 250ms));
  EXPECT_EQ(ErrorReason(status), "MAILBOX_FULL");
  EXPECT_EQ(RetryDelay(status), 250ms);
  EXPECT_EQ(status.message(), "said by the test");
}

TEST(ErrorsTest, DetailsThatAreNotOnesAreIgnored) {
  const absl::Status status = FromGrpcStatus(
      grpc::Status(grpc::StatusCode::NOT_FOUND, "gone", "\xff\xfe garbage"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(ErrorReason(status), "");
  EXPECT_EQ(RetryDelay(status), std::nullopt);
}

TEST(RetryTest, OnlyWhatWaitingHealsIsTransient) {
  EXPECT_TRUE(IsTransient(absl::UnavailableError("")));
  EXPECT_TRUE(IsTransient(absl::AbortedError("")));
  EXPECT_TRUE(IsTransient(absl::DeadlineExceededError("")));
  EXPECT_TRUE(IsTransient(
      absl::InternalError("Received RST_STREAM with error code 2")));
  EXPECT_FALSE(IsTransient(absl::InternalError("a bug")));
  EXPECT_FALSE(IsTransient(absl::ResourceExhaustedError("message too large")));
  EXPECT_FALSE(IsTransient(absl::NotFoundError("")));
  EXPECT_FALSE(IsTransient(absl::InvalidArgumentError("")));
}

TEST(RetryTest, AnOutageIsBoundedByCountAndByTime) {
  const absl::Time start = absl::UnixEpoch();
  const absl::Status down = absl::UnavailableError("");
  Outage counted(kQuick);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(counted.OnFailure(down, start).has_value());
  }
  EXPECT_FALSE(counted.OnFailure(down, start).has_value());
  Outage timed(kQuick);
  EXPECT_TRUE(timed.OnFailure(down, start).has_value());
  EXPECT_FALSE(timed.OnFailure(down, start + absl::Seconds(6)).has_value());
}

TEST(RetryTest, WaitsAreJitteredAndBounded) {
  const RetryPolicy policy = {.max_failures = 1000,
                              .max_outage = 1h,
                              .backoff_initial = 100ms,
                              .backoff_max = 400ms};
  Outage outage(policy);
  bool below_half = false;
  for (int i = 0; i < 200; ++i) {
    const auto wait =
        outage.OnFailure(absl::UnavailableError(""), absl::UnixEpoch());
    ASSERT_TRUE(wait.has_value());
    EXPECT_LE(*wait, absl::Milliseconds(400));
    below_half = below_half || (i > 5 && *wait < absl::Milliseconds(200));
  }
  EXPECT_TRUE(below_half) << "a wait is anything up to its bound";
}

}  // namespace
}  // namespace agent::client
