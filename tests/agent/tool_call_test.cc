// What the tool loop tells the model of the tools that it called.
#include "tests/agent/tool_loop_fixture.h"

namespace agent {
namespace {

using ::agent::testing::FakeRunContext;
using ::agent::testing::StatusIs;
using ::agent::testing::ToolLoopFixture;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ToolCallTest : public ToolLoopFixture {};

TEST_F(ToolCallTest, TellsTheModelOfArgumentsThatDoNotFit) {
  const ToolResult result = ResultOf(Call(R"({"town":"Rome"})"));
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(result.result, HasSubstr("city"));
  EXPECT_THAT(tool_->arguments, IsEmpty());
}

TEST_F(ToolCallTest, TellsTheModelOfArgumentsThatAreNoJson) {
  const ToolResult result = ResultOf(Call(R"({"city":"Ro)"));
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(result.result, HasSubstr("not valid JSON"));
}

TEST_F(ToolCallTest, TellsTheModelOfAToolThatIsNone) {
  ToolCall call = Call("{}");
  call.name = "fly";
  const ToolResult result = ResultOf(call);
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(result.result, HasSubstr("look_up"));
}

TEST_F(ToolCallTest, TellsTheModelOfAToolsError) {
  tool_->answer = absl::NotFoundError("no such city");
  EXPECT_EQ(ResultOf(Call(R"({"city":"Ys"})")),
            (ToolResult{"call_1", "no such city", /*is_error=*/true}));
}

TEST_F(ToolCallTest, ToldToStopAToolHearsItAndItsResultIsDropped) {
  Script("", {Call(R"({"city":"Rome"})")});
  Script("Done.");
  FakeRunContext context;
  tool_->on_invoke = [&](const ToolInvocation& call) {
    bool heard = false;
    const auto guard = call.stop->OnStop([&] { heard = true; });
    context.Stop(absl::AbortedError("the lease passed on"));
    EXPECT_TRUE(heard);
    EXPECT_TRUE(call.stop->stopping());
  };
  EXPECT_THAT(Run(context), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(tool_->arguments, SizeIs(1));
  EXPECT_THAT(model_->requests, SizeIs(1));
}

TEST_F(ToolCallTest, CutsALongResultBetweenCharactersAndSaysSo) {
  options_.max_result_bytes = 5;
  tool_->answer = std::string("ab\xE2\x82\xAC\xE2\x82\xAC");  // ab, two euros
  const ToolResult result = ResultOf(Call(R"({"city":"Rome"})"));
  EXPECT_EQ(result.result, "ab\xE2\x82\xAC\n[cut: the first 5 of 8 bytes]");
  EXPECT_FALSE(result.is_error);
}

TEST_F(ToolCallTest, MakesAToolsResultValidText) {
  tool_->answer = std::string(
      "a\xFF"
      "b");
  EXPECT_EQ(ResultOf(Call(R"({"city":"Rome"})")).result,
            "a\xEF\xBF\xBD"
            "b");
}

TEST_F(ToolCallTest, AnswersCallsBeyondTheBoundWithAnError) {
  options_.max_calls_per_turn = 1;
  Script("", {Call(R"({"city":"a"})", "1"), Call(R"({"city":"b"})", "2")});
  Script("Done.");
  FakeRunContext context;
  EXPECT_OK(Run(context));
  EXPECT_THAT(tool_->arguments, SizeIs(1));
  const auto& messages = model_->requests.back().messages;
  ASSERT_THAT(messages, SizeIs(4));
  EXPECT_TRUE(messages[3].tool_result->is_error);
  EXPECT_EQ(messages[3].tool_result->call_id, "2");
}

TEST_F(ToolCallTest, OffersNoToolsWhereTheyAreDisabled) {
  Script("", {Call(R"({"city":"Rome"})")});  // the model calls all the same
  Script("Done.");
  FakeRunContext context;
  context.mutable_input().options.disable_tools = true;
  EXPECT_OK(Run(context));
  EXPECT_THAT(model_->requests.at(0).tools, IsEmpty());
  EXPECT_THAT(tool_->arguments, IsEmpty());
}

}  // namespace
}  // namespace agent
