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

std::vector<Message> Given(const std::vector<Message>& history) {
  return HistoryForModel(history, /*bytes_max=*/1 << 20).messages;
}

TEST(ModelHistoryTest, KeepsACompletedTurnAsItIs) {
  const std::vector<Message> history = {
      User("r", "Hello", "completed"),
      Assistant("r", "", {{"1", "f", "{}"}, {"2", "g", "{}"}}),
      ToolAnswer("r", "1", "one"), ToolAnswer("r", "2", "two"),
      Assistant("r", "Hi.")};
  EXPECT_EQ(Given(history), history);
}

TEST(ModelHistoryTest, MarksWhatWasNotAnsweredAndDropsItsSteps) {
  for (const char* state : {"failed", "cancelled", ""}) {
    SCOPED_TRACE(state);
    const std::vector<Message> out =
        Given({User("a", "First", state),
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
      Given({User("r", "Hello", "completed"),
             Assistant("r", "", {{"1", "f", "{}"}, {"2", "g", "{}"}}),
             ToolAnswer("r", "2", "two"), Assistant("r", "Hi.")});
  ASSERT_THAT(out, SizeIs(5));
  EXPECT_EQ(out[2].tool_result->call_id, "1");
  EXPECT_TRUE(out[2].tool_result->is_error);
  EXPECT_EQ(out[3].tool_result->call_id, "2");
  EXPECT_EQ(out[3].tool_result->result, "two");
}

TEST(ModelHistoryTest, DropsResultsWithoutCallsAndEmptyTurns) {
  const std::vector<Message> out =
      Given({User("r", "Hello", "completed"), ToolAnswer("r", "9", "stray"),
             Assistant("r", ""), Assistant("r", "Hi.")});
  ASSERT_THAT(out, SizeIs(2));
  EXPECT_EQ(out[1].text, "Hi.");
}

TEST(ModelHistoryTest, DropsTheOldestWholeTurnsOfALongHistory) {
  std::vector<Message> history;
  for (const char* run : {"a", "b", "c"}) {
    history.push_back(User(run, std::string(20, 'u'), "completed"));
    history.push_back(Assistant(run, std::string(80, 'x')));
  }
  const struct {
    size_t bytes_max;
    int64_t dropped;
  } cases[] = {{300, 0}, {299, 2}, {200, 2}, {199, 4}, {99, 6}, {0, 6}};
  for (const auto& c : cases) {
    const ModelHistory given = HistoryForModel(history, c.bytes_max);
    EXPECT_EQ(given.dropped, c.dropped) << c.bytes_max;
    EXPECT_THAT(given.messages,
                SizeIs(history.size() - static_cast<size_t>(c.dropped)));
    if (!given.messages.empty()) {
      EXPECT_EQ(given.messages[0].role, Role::kUser);
    }
  }
}

TEST(ModelHistoryTest, CountsCallsAndResultsToo) {
  const std::vector<Message> history = {
      User("a", "u", "completed"),
      Assistant("a", "", {{"1", "f", std::string(50, 'x')}}),
      ToolAnswer("a", "1", std::string(50, 'y'))};
  EXPECT_EQ(HistoryForModel(history, 103).dropped, 0);
  EXPECT_EQ(HistoryForModel(history, 102).dropped, 3);
}

TEST(ModelHistoryTest, IsEmptyForNothing) { EXPECT_THAT(Given({}), IsEmpty()); }

}  // namespace
}  // namespace agent
