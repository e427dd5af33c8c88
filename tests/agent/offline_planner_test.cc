// The offline planner inside the real TravelPlanner, over a journal in memory.
#include "lib/agent/offline_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "lib/agent/offline_plan.h"
#include "lib/agent/travel_planner.h"
#include "lib/agent/travel_tools.h"
#include "lib/base/utf8.h"
#include "nlohmann/json.hpp"
#include "tests/agent/fake_run_context.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::FakeRunContext;
using ::agent::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;

constexpr OfflinePlannerOptions kNoDelay = {
    .word_delay_min = absl::ZeroDuration(),
    .word_delay_max = absl::ZeroDuration()};

std::shared_ptr<Agent> Planner(OfflinePlannerOptions options = kNoDelay) {
  return MakeTravelPlanner(std::make_shared<OfflinePlanner>(options));
}

int Words(const std::string& text) {
  std::istringstream in(text);
  int count = 0;
  for (std::string word; in >> word;) ++count;
  return count;
}

class OfflinePlannerTest : public ::testing::Test {
 protected:
  std::string Ask(const std::string& message, bool disable_tools = false) {
    journal_.clear();
    FakeRunContext context(&journal_);
    context.mutable_input().message = message;
    context.mutable_input().history = history_;
    context.mutable_input().options.disable_tools = disable_tools;
    EXPECT_OK(Planner()->Run(context));
    usage_ = context.usage();
    return context.said();
  }

  std::vector<Message> history_;
  std::vector<Message> journal_;
  Usage usage_;
};

TEST_F(OfflinePlannerTest, TravelPlannerTellsItsNameAndTools) {
  const auto planner = Planner();
  EXPECT_EQ(planner->name(), "TravelPlanner");
  EXPECT_THAT(planner->tools(),
              ElementsAre("get_weather_forecast", "get_local_events"));
}

TEST_F(OfflinePlannerTest, CallsBothToolsAndUsesWhatTheyAnswer) {
  const std::string text = Ask("Plan 3 days in Tokyo on 2026-04-03");
  ASSERT_THAT(journal_, SizeIs(4));
  ASSERT_THAT(journal_[0].tool_calls, SizeIs(2));
  EXPECT_EQ(journal_[0].tool_calls[0].name, kWeatherToolName);
  EXPECT_EQ(journal_[0].tool_calls[1].name, kEventsToolName);
  EXPECT_NE(journal_[0].tool_calls[0].call_id,
            journal_[0].tool_calls[1].call_id);
  EXPECT_EQ(nlohmann::json::parse(journal_[0].tool_calls[0].arguments),
            nlohmann::json({{"destination", "Tokyo"}, {"date", "2026-04-03"}}));
  EXPECT_FALSE(journal_[1].tool_result->is_error);
  EXPECT_FALSE(journal_[2].tool_result->is_error);
  EXPECT_THAT(text, HasSubstr(journal_[1].tool_result->result));
  EXPECT_THAT(text, HasSubstr(journal_[2].tool_result->result));
  EXPECT_THAT(text, HasSubstr("3 days in Tokyo"));
  EXPECT_THAT(text, HasSubstr("## 📅 Day 3"));
  EXPECT_THAT(text, HasSubstr("canned"));
  EXPECT_GT(usage_.input_tokens, 0);
  EXPECT_GT(usage_.output_tokens, 200);
}

TEST_F(OfflinePlannerTest, SaysTheSameForTheSameInput) {
  EXPECT_EQ(Ask("Plan a trip to Rome"), Ask("Plan a trip to Rome"));
  EXPECT_NE(Ask("Plan a trip to Rome"), Ask("Plan a trip to Paris"));
}

TEST_F(OfflinePlannerTest, PlansAreOfReadableLengthAndValidText) {
  for (const char* place : {"Tokyo", "Paris", "Ulaanbaatar"}) {
    for (int days = 1; days <= 7; ++days) {
      const std::string text = Ask("A trip to " + std::string(place) + " for " +
                                   std::to_string(days) + " days");
      EXPECT_THAT(Words(text), AllOf(Ge(200), Le(420))) << place << days;
      EXPECT_TRUE(IsValidUtf8(text));
    }
  }
}

TEST_F(OfflinePlannerTest, ComesBackToTheEarlierDestination) {
  Message first;
  first.role = Role::kUser;
  first.run_id = "earlier";
  first.text = "Plan a 2-day trip to Lima";
  first.run_state = "completed";
  Message answer;
  answer.role = Role::kAssistant;
  answer.run_id = "earlier";
  answer.text = "# Lima";
  history_ = {first, answer};
  const std::string text = Ask("Could it be more about food?");
  EXPECT_THAT(text, HasSubstr("your trip to Lima"));
  EXPECT_THAT(text, HasSubstr("2 days in Lima"));
  EXPECT_THAT(text, HasSubstr("With food in mind"));
}

TEST_F(OfflinePlannerTest, PlansWithoutToolsWhereTheyAreDisabled) {
  const std::string text = Ask("Plan a trip to Rome", /*disable_tools=*/true);
  EXPECT_THAT(journal_, SizeIs(1));
  EXPECT_THAT(text, HasSubstr("No forecast was looked up"));
  EXPECT_THAT(text, HasSubstr("canned"));
}

TEST_F(OfflinePlannerTest, SpeaksWordByWordAtAHumanPace) {
  FakeRunContext context;
  context.mutable_input().message = "Plan a trip to Rome";
  EXPECT_OK(Planner(OfflinePlannerOptions())->Run(context));
  EXPECT_THAT(context.pieces().size(), Ge(200u));
  EXPECT_THAT(context.sleeps(), SizeIs(context.pieces().size()));
  EXPECT_THAT(context.sleeps(), Each(AllOf(Ge(absl::Milliseconds(25)),
                                           Le(absl::Milliseconds(40)))));
  for (const std::string& piece : context.pieces()) {
    EXPECT_TRUE(IsValidUtf8(piece)) << piece;
  }
}

TEST_F(OfflinePlannerTest, StopsWhereTheRunMustStop) {
  FakeRunContext context;
  context.mutable_input().message = "Plan a trip to Rome";
  context.StopAfterPieces(30);
  EXPECT_THAT(Planner()->Run(context), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(context.pieces(), SizeIs(30));
}

TEST_F(OfflinePlannerTest, AnswersHostileMessages) {
  for (const std::string& message :
       {std::string(), std::string(1 << 20, 'x'),
        std::string("\xF0\x9F\x98\x80"),
        std::string("trip to \xE2\x80\xA8 ; DROP TABLE"),
        std::string("trip to \"}{\\\" ]")}) {
    const std::string text = Ask(message);
    EXPECT_THAT(text, HasSubstr("canned"));
    EXPECT_THAT(text, Not(HasSubstr("No forecast was looked up")));
    EXPECT_TRUE(IsValidUtf8(text));
  }
}

}  // namespace
}  // namespace agent
