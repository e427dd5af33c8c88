#include "lib/agent/model_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Message User(std::string run, std::string text, std::string state) {
  Message message;
  message.role = Role::kUser;
  message.run_id = std::move(run);
  message.text = std::move(text);
  message.run_state = std::move(state);
  return message;
}

Message Assistant(std::string run, std::string text,
                  std::vector<ToolCall> calls = {}) {
  Message message;
  message.role = Role::kAssistant;
  message.run_id = std::move(run);
  message.text = std::move(text);
  message.tool_calls = std::move(calls);
  return message;
}

Message ToolAnswer(std::string run, std::string id, std::string text) {
  Message message;
  message.role = Role::kTool;
  message.run_id = std::move(run);
  message.tool_result =
      ToolResult{.call_id = std::move(id), .result = std::move(text)};
  return message;
}

TEST(ModelHistoryTest, KeepsACompletedTurnAsItIs) {
  const std::vector<Message> history = {
      User("r", "Hello", "completed"),
      Assistant("r", "", {{"1", "f", "{}"}, {"2", "g", "{}"}}),
      ToolAnswer("r", "1", "one"), ToolAnswer("r", "2", "two"),
      Assistant("r", "Hi.")};
  EXPECT_EQ(HistoryForModel(history), history);
}

TEST(ModelHistoryTest, MarksWhatWasNotAnsweredAndDropsItsSteps) {
  for (const char* state : {"failed", "cancelled", ""}) {
    SCOPED_TRACE(state);
    const std::vector<Message> out = HistoryForModel(
        {User("a", "First", state),
         Assistant("a", "half an", {{"1", "f", "{}"}}),
         ToolAnswer("a", "1", "one"), User("b", "Second", "completed"),
         Assistant("b", "Yes.")});
    ASSERT_THAT(out, SizeIs(3));
    EXPECT_THAT(out[0].text, HasSubstr("First"));
    EXPECT_THAT(out[0].text, HasSubstr("[This message was not answered"));
    EXPECT_EQ(out[1].text, "Second");
    EXPECT_EQ(out[2].text, "Yes.");
  }
}

TEST(ModelHistoryTest, GivesACallWithoutResultOneThatSaysSo) {
  const std::vector<Message> out =
      HistoryForModel({User("r", "Hello", "completed"),
                       Assistant("r", "", {{"1", "f", "{}"}, {"2", "g", "{}"}}),
                       ToolAnswer("r", "2", "two"), Assistant("r", "Hi.")});
  ASSERT_THAT(out, SizeIs(5));
  EXPECT_EQ(out[2].tool_result->call_id, "1");
  EXPECT_TRUE(out[2].tool_result->is_error);
  EXPECT_EQ(out[3].tool_result->call_id, "2");
  EXPECT_EQ(out[3].tool_result->result, "two");
}

TEST(ModelHistoryTest, DropsResultsWithoutCallsAndEmptyTurns) {
  const std::vector<Message> out = HistoryForModel(
      {User("r", "Hello", "completed"), ToolAnswer("r", "9", "stray"),
       Assistant("r", ""), Assistant("r", "Hi.")});
  ASSERT_THAT(out, SizeIs(2));
  EXPECT_EQ(out[1].text, "Hi.");
}

TEST(ModelHistoryTest, IsEmptyForNothing) {
  EXPECT_THAT(HistoryForModel({}), IsEmpty());
}

}  // namespace
}  // namespace agent
