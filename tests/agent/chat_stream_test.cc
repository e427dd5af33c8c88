#include "lib/agent/chat_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/agent/agent.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::HasReason;
using ::agent::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A choice of the usual chunk around `inner`.
std::string Choice(const std::string& inner) {
  return R"({"object":"chat.completion.chunk","choices":[{"index":0,)" + inner +
         "}]}";
}
std::string Delta(const std::string& inner) {
  return Choice(R"("delta":{)" + inner + R"(},"finish_reason":null)");
}
std::string Calls(const std::string& inner) {
  return Delta(R"("tool_calls":[)" + inner + "]");
}
std::string Finished(const std::string& reason) {
  return Choice(R"("delta":{},"finish_reason":")" + reason + "\"");
}

class ChatStreamTest : public ::testing::Test {
 protected:
  absl::Status Say(std::string_view text) {
    said_.emplace_back(text);
    return say_status_;
  }
  // The turn of these events, or the first error.
  absl::StatusOr<ModelTurn> Stream(const std::vector<std::string>& events) {
    const auto say = [this](std::string_view text) { return Say(text); };
    ChatStream stream(say);
    for (const std::string& event : events) {
      if (absl::Status s = stream.OnEvent(event); !s.ok()) return s;
    }
    return stream.Finish();
  }

  std::vector<std::string> said_;
  absl::Status say_status_;
};

TEST_F(ChatStreamTest, SaysEachPieceAsItComes) {
  const auto turn = Stream(
      {Delta(R"("role":"assistant","content":"")"), Delta(R"("content":"Hel")"),
       Delta(R"("content":"lo \ud83d\ude00")"), Finished("stop"),
       R"({"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":2}})",
       "[DONE]"});
  ASSERT_OK(turn);
  EXPECT_THAT(said_, ElementsAre("Hel", "lo \xF0\x9F\x98\x80"));
  EXPECT_THAT(turn->tool_calls, IsEmpty());
  EXPECT_EQ(turn->usage, (Usage{4, 2}));
}

TEST_F(ChatStreamTest, GathersToolCallsByTheirIndex) {
  const auto turn =
      Stream({Calls(R"({"index":0,"id":"a","type":"function",
                 "function":{"name":"f","arguments":""}})"),
              Calls(R"({"index":1,"id":"b","type":"function",
                 "function":{"name":"g","arguments":"{\"y\""}})"),
              Calls(R"({"index":0,"function":{"arguments":"{\"x\":"}},
                {"index":1,"function":{"arguments":":2}"}})"),
              Calls(R"({"index":0,"function":{"arguments":"1}"}})"),
              Finished("tool_calls"), "[DONE]"});
  ASSERT_OK(turn);
  EXPECT_THAT(turn->tool_calls, ElementsAre(ToolCall{"a", "f", R"({"x":1})"},
                                            ToolCall{"b", "g", R"({"y":2})"}));
}

TEST_F(ChatStreamTest, TakesToolCallsThatEndWithStop) {
  const auto turn =
      Stream({Calls(R"({"index":0,"id":"a","function":{"name":"f"}})"),
              Finished("stop"), "[DONE]"});
  ASSERT_OK(turn);
  EXPECT_THAT(turn->tool_calls, ElementsAre(ToolCall{"a", "f", "{}"}));
}

TEST_F(ChatStreamTest, TakesToolCallsWithoutIndex) {
  const auto turn =
      Stream({Calls(R"({"id":"a","function":{"name":"f","arguments":"{"}})"),
              Calls(R"({"function":{"arguments":"}"}})"),
              Calls(R"({"id":"b","function":{"name":"g","arguments":"{}"}})"),
              "[DONE]"});
  ASSERT_OK(turn);
  EXPECT_THAT(turn->tool_calls,
              ElementsAre(ToolCall{"a", "f", "{}"}, ToolCall{"b", "g", "{}"}));
}

TEST_F(ChatStreamTest, GivesCallsWithoutTheirOwnIdOne) {
  const auto turn = Stream({Calls(R"({"index":0,"function":{"name":"f"}},
                {"index":1,"id":"same","function":{"name":"f"}},
                {"index":2,"id":"same","function":{"name":"f"}})"),
                            "[DONE]"});
  ASSERT_OK(turn);
  ASSERT_THAT(turn->tool_calls, SizeIs(3));
  EXPECT_NE(turn->tool_calls[0].call_id, "");
  EXPECT_EQ(turn->tool_calls[1].call_id, "same");
  EXPECT_NE(turn->tool_calls[2].call_id, "same");
}

TEST_F(ChatStreamTest, BearsWhatAzureSends) {
  const auto turn =
      Stream({R"({"choices":[],"prompt_filter_results":[{"prompt_index":0}]})",
              Delta(R"("content":"Hi")"),
              R"({"choices":[{"index":0,"finish_reason":null,
           "content_filter_offsets":{"start_offset":0}}]})",
              R"({"choices":[{"index":0,"delta":null,"finish_reason":"stop"}],
           "usage":null})",
              R"({"object":""})", "[DONE]"});
  ASSERT_OK(turn);
  EXPECT_THAT(said_, ElementsAre("Hi"));
}

TEST_F(ChatStreamTest, PassesOverWhatItDoesNotKnow) {
  const auto turn = Stream(
      {R"({"choices":[{"index":1,"delta":{"content":"another choice"}}]})",
       R"({"choices":[7,"x",null]})", R"({"choices":{}})",
       Delta(R"("content":null,"reasoning_content":"hm")"),
       Delta(R"("content":[1])"), Delta(R"("tool_calls":null)"),
       R"({"usage":{"prompt_tokens":"many","completion_tokens":-1}})",
       Finished("length")});
  ASSERT_OK(turn);
  EXPECT_THAT(said_, IsEmpty());
  EXPECT_EQ(turn->usage, Usage());
}

TEST_F(ChatStreamTest, EndsWellWithAFinishReasonOrDone) {
  EXPECT_OK(Stream({Delta(R"("content":"x")"), Finished("stop")}));
  EXPECT_OK(Stream({Delta(R"("content":"x")"), "[DONE]"}));
}

TEST_F(ChatStreamTest, TellsACutStream) {
  for (const auto& turn : {Stream({}), Stream({Delta(R"("content":"x")")})}) {
    EXPECT_THAT(turn, HasReason("MODEL_UNAVAILABLE"));
    EXPECT_TRUE(IsRetryableRunError(turn.status()));
  }
}

TEST_F(ChatStreamTest, TellsAMalformedStream) {
  for (const char* event :
       {"", "{", "[]", "null", "\"text\"", "{\"choices\":[{\"index\":0",
        "{\"choices\":[{\"delta\":{\"content\":\"\xFF\"}}]}"}) {
    const auto turn = Stream({event, "[DONE]"});
    EXPECT_THAT(turn, HasReason("MODEL_UNAVAILABLE")) << event;
    EXPECT_TRUE(IsRetryableRunError(turn.status()));
  }
  EXPECT_THAT(Stream({Calls(R"({"index":0,"id":"a"})"), "[DONE]"}),
              HasReason("MODEL_UNAVAILABLE"));
}

TEST_F(ChatStreamTest, TellsARefusal) {
  for (const auto& turn :
       {Stream({Delta(R"("content":"x")"), Finished("content_filter")}),
        Stream({Delta(R"("refusal":"I cannot")"), Finished("stop")}),
        Stream({R"({"error":{"code":"content_filter","message":"m"}})"})}) {
    EXPECT_THAT(turn, HasReason("MODEL_REFUSED"));
    EXPECT_FALSE(IsRetryableRunError(turn.status()));
  }
}

TEST_F(ChatStreamTest, TellsAnErrorInTheMidst) {
  const auto turn = Stream({Delta(R"("content":"x")"),
                            R"({"error":{"message":"host db7 is down"}})"});
  EXPECT_THAT(turn, HasReason("MODEL_UNAVAILABLE"));
  EXPECT_EQ(turn.status().message().find("db7"), absl::string_view::npos);
}

TEST_F(ChatStreamTest, ReturnsWhatSayReturns) {
  say_status_ = absl::CancelledError("stop");
  EXPECT_THAT(Stream({Delta(R"("content":"x")"), "[DONE]"}),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(ChatStreamTest, BoundsToolCalls) {
  std::vector<std::string> many;
  for (int i = 0; i < 200; ++i) {
    many.push_back(Calls(R"({"index":)" + std::to_string(i) +
                         R"(,"function":{"name":"f"}})"));
  }
  EXPECT_THAT(Stream(many), HasReason("OUTPUT_TOO_LARGE"));
  const std::vector<std::string> large(
      200, Calls(R"({"index":0,"function":{"name":"f","arguments":")" +
                 std::string(10000, 'x') + "\"}}"));
  EXPECT_THAT(Stream(large), HasReason("OUTPUT_TOO_LARGE"));
}

}  // namespace
}  // namespace agent
