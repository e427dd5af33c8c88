// What the tool loop asks the model, how it ends, and what a new attempt
// repeats.
#include "tests/agent/tool_loop_fixture.h"

namespace agent {
namespace {

using ::agent::testing::CityTool;
using ::agent::testing::FakeRunContext;
using ::agent::testing::HasReason;
using ::agent::testing::kSchema;
using ::agent::testing::ScriptedModel;
using ::agent::testing::StatusIs;
using ::agent::testing::ToolLoopFixture;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ToolLoopTest : public ToolLoopFixture {};

TEST_F(ToolLoopTest, AnswersWithoutToolsInOneTurn) {
  Script("Fine.");
  FakeRunContext context;
  EXPECT_OK(Run(context));
  EXPECT_EQ(context.said(), "Fine.");
  EXPECT_EQ(context.usage(), (Usage{3, 5}));
  const ModelRequest& request = model_->requests.at(0);
  EXPECT_EQ(request.instructions, "Be brief.");
  ASSERT_THAT(request.messages, SizeIs(1));
  EXPECT_EQ(request.messages[0].text, "How is Rome?");
  ASSERT_THAT(request.tools, SizeIs(1));
  EXPECT_EQ(request.tools[0].name, "look_up");
  EXPECT_EQ(request.tools[0].parameters_schema, kSchema);
}

TEST_F(ToolLoopTest, GivesTheModelWhatItsToolsAnswered) {
  Script("Let me see. ", {Call(R"({"city":"Rome"})")});
  Script("Sunny.");
  FakeRunContext context;
  EXPECT_OK(Run(context));
  EXPECT_EQ(context.said(), "Let me see. Sunny.");
  EXPECT_THAT(tool_->arguments, ElementsAre(R"({"city":"Rome"})"));
  EXPECT_THAT(tool_->keys, ElementsAre("run/1"));
  const auto& messages = model_->requests.at(1).messages;
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_EQ(messages[1].text, "Let me see. ");
  EXPECT_THAT(messages[1].tool_calls, SizeIs(1));
  EXPECT_EQ(messages[2].role, Role::kTool);
  EXPECT_EQ(messages[2].tool_result,
            (ToolResult{"call_1", "sunny", /*is_error=*/false}));
  EXPECT_EQ(context.usage(), (Usage{6, 10}));
}

TEST_F(ToolLoopTest, EndsAModelThatNeverStopsCalling) {
  options_.max_turns = 3;
  for (int i = 0; i < 4; ++i) Script("", {Call(R"({"city":"Rome"})")});
  FakeRunContext context;
  const absl::Status status = Run(context);
  EXPECT_THAT(status, HasReason("AGENT_ERROR"));
  EXPECT_FALSE(IsRetryableRunError(status));
  EXPECT_THAT(model_->requests, SizeIs(3));
}

TEST_F(ToolLoopTest, HandsTheResponseSchemaToTheModel) {
  Script("{}");
  FakeRunContext context;
  context.mutable_input().options.response_json_schema = R"({"type":"object"})";
  EXPECT_OK(Run(context));
  EXPECT_EQ(model_->requests.at(0).response_json_schema,
            R"({"type":"object"})");
}

TEST_F(ToolLoopTest, TellsTheModelOfHistoryThatIsLeftOut) {
  Script("Fine.");
  FakeRunContext context;
  context.mutable_input().history_dropped = 7;
  EXPECT_OK(Run(context));
  EXPECT_THAT(model_->requests.at(0).instructions, HasSubstr("7 older"));
}

TEST_F(ToolLoopTest, ReturnsTheModelsErrorAsItIs) {
  model_->turns.push_back(
      {"Well", {}, RunError("MODEL_UNAVAILABLE", "gone", true)});
  FakeRunContext context;
  const absl::Status status = Run(context);
  EXPECT_THAT(status, HasReason("MODEL_UNAVAILABLE"));
  EXPECT_TRUE(IsRetryableRunError(status));
}

TEST_F(ToolLoopTest, ReturnsTheContextsStopAsItIs) {
  Script("Fine.");
  FakeRunContext context;
  context.Stop(absl::AbortedError("fenced"));
  EXPECT_THAT(Run(context), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(model_->requests, IsEmpty());
}

// Method: the run has four steps; an attempt dies before each of them in turn,
// and the next one ends it. Together they must ask the model and the tool no
// more often than a single attempt would.
TEST_F(ToolLoopTest, RepeatsNoStepWhereverAnAttemptDies) {
  for (size_t death = 0; death < 4; ++death) {
    SCOPED_TRACE(death);
    model_ = std::make_shared<ScriptedModel>();
    tool_ = std::make_shared<CityTool>();
    Script("One. ",
           {Call(R"({"city":"a"})", "1"), Call(R"({"city":"b"})", "2")});
    Script("Two.");
    std::vector<Message> journal;
    FakeRunContext first(&journal);
    first.StopBeforeStep(death);
    EXPECT_THAT(Run(first), StatusIs(absl::StatusCode::kAborted));
    EXPECT_THAT(journal, SizeIs(death));
    FakeRunContext second(&journal);
    EXPECT_OK(Run(second));
    EXPECT_EQ(first.said() + second.said(), "One. Two.");
    EXPECT_THAT(model_->requests, SizeIs(2));
    EXPECT_THAT(model_->requests.at(1).messages, SizeIs(4));
    EXPECT_THAT(tool_->keys, ElementsAre("run/1", "run/2"));
  }
}

TEST_F(ToolLoopTest, CallsNobodyWhenTheWholeRunIsJournalled) {
  Script("One. ", {Call(R"({"city":"a"})")});
  Script("Two.");
  FakeRunContext first(&journal_);
  EXPECT_OK(Run(first));
  FakeRunContext second(&journal_);
  EXPECT_OK(Run(second));
  EXPECT_EQ(second.said(), "");
  EXPECT_EQ(second.usage(), Usage());
  EXPECT_THAT(model_->requests, SizeIs(2));
  EXPECT_THAT(tool_->keys, SizeIs(1));
}

TEST_F(ToolLoopTest, RefusesBadNamesAndSchemas) {
  const auto create = [&] {
    return ToolLoop::Create(options_, model_, {tool_}).status();
  };
  options_.name = "has spaces";
  EXPECT_THAT(create(), StatusIs(absl::StatusCode::kInvalidArgument));
  options_.name = std::string(65, 'x');
  EXPECT_THAT(create(), StatusIs(absl::StatusCode::kInvalidArgument));
  options_.name = std::string(64, 'x');
  EXPECT_OK(create());
  tool_->schema = "[]";
  EXPECT_THAT(create(), StatusIs(absl::StatusCode::kInvalidArgument));
  tool_->schema = kSchema;
  EXPECT_THAT(ToolLoop::Create(options_, model_, {tool_, tool_}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ToolLoopTest, TellsItsNameAndTools) {
  const auto loop = Make();
  EXPECT_EQ(loop->name(), "Loop");
  EXPECT_EQ(loop->description(), "A loop");
  EXPECT_THAT(loop->tools(), ElementsAre("look_up"));
}

}  // namespace
}  // namespace agent
