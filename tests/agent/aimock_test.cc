// The model's client against an independently written mock of the OpenAI
// protocol, its faults included.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/agent/agent.h"
#include "lib/agent/openai_model.h"
#include "lib/agent/travel_planner.h"
#include "tests/agent/aimock_server.h"
#include "tests/agent/fake_run_context.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::AimockServer;
using ::agent::testing::FakeRunContext;
using ::agent::testing::HasReason;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kHello[] =
    "Hello \xF0\x9F\x98\x80 there, traveller.\r\nA \"quote\", a \\ and "
    "\xC3\xA9.";

class AimockTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = AimockServer::Start();
    if (started.ok()) {
      server_ = std::move(*started).release();
    } else {
      start_status_ = started.status();
    }
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  void SetUp() override {
    if (absl::IsNotFound(start_status_)) {
      GTEST_SKIP() << "not tested against aimock: " << start_status_.message();
    }
    ASSERT_OK(start_status_);
    options_.url = OpenAiCompletionsUrl(server_->url() + "/v1");
    options_.model = "gpt-4o";
    options_.bearer = "key";
  }

  absl::StatusOr<ModelTurn> Ask(const std::string& text) {
    Message message;
    message.text = text;
    request_.messages.push_back(message);
    return OpenAiModel(options_).StreamTurn(
        request_, context_,
        [this](std::string_view piece) { return context_.Say(piece); });
  }
  // A failure that another attempt may heal; tried `tries` times.
  void ExpectUnavailable(const absl::StatusOr<ModelTurn>& turn, size_t tries) {
    EXPECT_THAT(turn, HasReason("MODEL_UNAVAILABLE"));
    EXPECT_TRUE(IsRetryableRunError(turn.status()));
    EXPECT_THAT(context_.sleeps(), SizeIs(tries - 1));
  }

  static AimockServer* server_;
  static absl::Status start_status_;

  OpenAiOptions options_;
  ModelRequest request_;
  FakeRunContext context_;
};

AimockServer* AimockTest::server_ = nullptr;
absl::Status AimockTest::start_status_;

TEST_F(AimockTest, StreamsTextAndUsage) {
  const auto turn = Ask("hello");
  ASSERT_OK(turn);
  EXPECT_EQ(context_.said(), kHello);
  EXPECT_EQ(turn->usage, (Usage{11, 5}));
  EXPECT_THAT(turn->tool_calls, IsEmpty());
}

TEST_F(AimockTest, StreamsFromAzuresPath) {
  options_.url = AzureCompletionsUrl(server_->url(), "gpt-4o", "2024-10-21");
  options_.bearer.clear();
  options_.api_key = "key";
  EXPECT_OK(Ask("hello"));
  EXPECT_EQ(context_.said(), kHello);
}

TEST_F(AimockTest, AsksForAResponseThatFollowsASchema) {
  request_.response_json_schema =
      R"({"type":"object","properties":{"city":{"type":"string"}},
          "required":["city"],"additionalProperties":false})";
  EXPECT_OK(Ask("structured"));
  EXPECT_EQ(context_.said(), R"({"city":"Rome"})");
}

// The whole agent: the model calls two tools, one with arguments that do not
// fit, and is told of both results.
TEST_F(AimockTest, RunsTheTravelPlannerThroughItsTools) {
  std::vector<Message> journal;
  FakeRunContext context(&journal);
  context.mutable_input().message = "Please use your tools";
  const auto planner =
      MakeTravelPlanner(std::make_shared<OpenAiModel>(options_));
  EXPECT_OK(planner->Run(context));
  EXPECT_EQ(context.said(), "Let me look. It will be fine in Rome.");
  ASSERT_THAT(journal, SizeIs(4));
  EXPECT_THAT(
      journal[0].tool_calls,
      ElementsAre(ToolCall{"call_weather", "get_weather_forecast",
                           R"({"destination":"Rome","date":"2026-05-01"})"},
                  ToolCall{"call_events", "get_local_events",
                           R"({"destination":"Rome"})"}));
  EXPECT_THAT(journal[1].tool_result->result, StartsWith("Rome, 2026-05-01"));
  EXPECT_TRUE(journal[2].tool_result->is_error);
  EXPECT_THAT(journal[2].tool_result->result, HasSubstr("date"));
}

TEST_F(AimockTest, WaitsAsLongAsTheServiceAsksAndThenGoesOn) {
  EXPECT_OK(Ask("limited once"));
  EXPECT_EQ(context_.said(), "Now I can.");
  ASSERT_THAT(context_.sleeps(), SizeIs(1));
  EXPECT_THAT(context_.sleeps()[0], Ge(absl::Seconds(7)));
}

TEST_F(AimockTest, GivesUpOnAServiceThatStaysOverloaded) {
  ExpectUnavailable(Ask("overloaded"), /*tries=*/4);
}

TEST_F(AimockTest, TellsAWrongKeyWithoutShowingIt) {
  const auto turn = Ask("wrong key");
  EXPECT_THAT(turn, HasReason("MODEL_NOT_CONFIGURED"));
  EXPECT_FALSE(IsRetryableRunError(turn.status()));
  EXPECT_THAT(std::string(turn.status().message()), Not(HasSubstr("sk-")));
  EXPECT_THAT(context_.sleeps(), IsEmpty());
}

TEST_F(AimockTest, TellsAFilteredPromptAndAnswer) {
  EXPECT_THAT(Ask("filtered prompt"), HasReason("MODEL_REFUSED"));
  EXPECT_EQ(context_.said(), "");
  request_.messages.clear();
  EXPECT_THAT(Ask("filtered answer"), HasReason("MODEL_REFUSED"));
}

TEST_F(AimockTest, TellsACutStreamAndDoesNotSayItTwice) {
  ExpectUnavailable(Ask("cut"), /*tries=*/1);
  EXPECT_THAT(std::string("This answer will be cut off in its very midst."),
              StartsWith(context_.said()));
  EXPECT_NE(context_.said(), "");
}

TEST_F(AimockTest, TellsAConnectionThatVanishesInTheMidst) {
  options_.tries_max = 1;
  ExpectUnavailable(Ask("vanish"), /*tries=*/1);
}

TEST_F(AimockTest, PassesASlowAnswerOnPieceByPiece) {
  EXPECT_OK(Ask("slow"));
  EXPECT_EQ(context_.said(), "One word after the other comes, slowly.");
  EXPECT_THAT(context_.pieces().size(), Ge(10u));
}

TEST_F(AimockTest, GivesUpOnAnAnswerThatStalls) {
  options_.http.stall_timeout = absl::Milliseconds(100);
  options_.http.first_byte_timeout = absl::Milliseconds(500);
  options_.tries_max = 1;
  ExpectUnavailable(Ask("stall"), /*tries=*/1);
}

TEST_F(AimockTest, TriesMalformedAnswersAgain) {
  ExpectUnavailable(Ask("malformed"), /*tries=*/4);
}

TEST_F(AimockTest, TriesBrokenConnectionsAgain) {
  ExpectUnavailable(Ask("disconnect"), /*tries=*/4);
}

TEST_F(AimockTest, TriesDroppedRequestsAgain) {
  ExpectUnavailable(Ask("drop"), /*tries=*/4);
}

}  // namespace
}  // namespace agent
