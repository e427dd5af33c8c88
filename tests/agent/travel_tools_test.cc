#include "lib/agent/travel_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/agent/json_schema.h"
#include "lib/agent/sample_places.h"
#include "lib/base/utf8.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::StatusIs;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Ne;

std::string Ask(Tool& tool, std::string_view arguments) {
  const auto schema = JsonSchema::Parse(tool.parameters_schema());
  EXPECT_OK(schema);
  EXPECT_OK(schema->ValidateObject(arguments));
  const auto answer =
      tool.Invoke({.arguments = arguments, .idempotency_key = "run/1"});
  EXPECT_OK(answer);
  return answer.value_or("");
}

constexpr char kTokyo[] = R"({"destination":"Tokyo","date":"2026-04-03"})";

TEST(TravelToolsTest, ForecastNamesPlaceDateAndWeather) {
  WeatherForecastTool tool;
  EXPECT_THAT(
      Ask(tool, kTokyo),
      AllOf(HasSubstr("Tokyo"), HasSubstr("2026-04-03"), HasSubstr("°C by day"),
            HasSubstr("chance of rain"), HasSubstr("Pack ")));
}

TEST(TravelToolsTest, EventsAreThoseOfThePlace) {
  LocalEventsTool tool;
  const std::string text = Ask(tool, kTokyo);
  EXPECT_THAT(text, HasSubstr("Events in Tokyo, 2026-04-03:\n- "));
  int known = 0;
  for (const std::string& event : PlaceNamed("Tokyo").events) {
    known += text.find(event) != std::string::npos;
  }
  EXPECT_EQ(known, 3);
}

TEST(TravelToolsTest, TheSameQuestionHasTheSameAnswerWhateverItsCase) {
  WeatherForecastTool weather;
  LocalEventsTool events;
  constexpr char kLower[] = R"({"destination":"tokyo","date":"2026-04-03"})";
  EXPECT_EQ(Ask(weather, kTokyo), Ask(weather, kTokyo));
  EXPECT_EQ(Ask(weather, kTokyo), Ask(weather, kLower));
  EXPECT_EQ(Ask(events, kTokyo), Ask(events, kLower));
}

TEST(TravelToolsTest, AnotherDateHasAnotherAnswer) {
  WeatherForecastTool tool;
  EXPECT_THAT(Ask(tool, R"({"destination":"Tokyo","date":"2026-04-04"})"),
              Ne(Ask(tool, kTokyo)));
}

TEST(TravelToolsTest, AnswersForPlacesThatNobodyKnows) {
  WeatherForecastTool weather;
  LocalEventsTool events;
  constexpr char kElsewhere[] = R"({"destination":"Xyzzy 東京","date":"soon"})";
  EXPECT_THAT(Ask(weather, kElsewhere), HasSubstr("Xyzzy 東京, soon: "));
  EXPECT_THAT(Ask(events, kElsewhere), HasSubstr("Events in Xyzzy 東京"));
}

TEST(TravelToolsTest, SchemasRefuseWhatIsMissingOrTooMuch) {
  WeatherForecastTool weather;
  LocalEventsTool events;
  for (Tool* tool :
       {static_cast<Tool*>(&weather), static_cast<Tool*>(&events)}) {
    const auto schema = JsonSchema::Parse(tool->parameters_schema());
    ASSERT_OK(schema);
    for (const char* arguments :
         {"{}", R"({"destination":"Tokyo"})", R"({"date":"today"})",
          R"({"destination":1,"date":"today"})",
          R"({"destination":"","date":"today"})",
          R"({"destination":"Tokyo","date":"today","more":1})"}) {
      EXPECT_THAT(schema->ValidateObject(arguments),
                  StatusIs(absl::StatusCode::kInvalidArgument))
          << arguments;
    }
  }
}

TEST(TravelToolsTest, ToolsCheckForThemselvesToo) {
  LocalEventsTool tool;
  for (const char* arguments : {"", "[]", "7", R"({"destination":"Tokyo"})"}) {
    EXPECT_THAT(
        tool.Invoke({.arguments = arguments, .idempotency_key = ""}).status(),
        StatusIs(absl::StatusCode::kInvalidArgument))
        << arguments;
  }
}

}  // namespace
}  // namespace agent
