// The tool loop over a scripted model and a journal in memory: what the model
// is asked, what the tools get, and what a new attempt repeats.
#include "lib/agent/tool_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "tests/agent/fake_run_context.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::FakeRunContext;
using ::agent::testing::HasReason;
using ::agent::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSchema[] =
    R"({"type":"object","properties":{"city":{"type":"string"}},
        "required":["city"],"additionalProperties":false})";

// Says the next scripted turn.
class ScriptedModel final : public ChatModel {
 public:
  struct Turn {
    std::string text;
    std::vector<ToolCall> calls;
    absl::Status error;
  };

  std::string name() const override { return "scripted"; }
  absl::StatusOr<ModelTurn> StreamTurn(const ModelRequest& request, RunContext&,
                                       SayText say) override {
    requests.push_back(request);
    if (turns.empty()) return absl::InternalError("asked once too often");
    const Turn turn = turns.front();
    turns.pop_front();
    if (!turn.text.empty()) {
      if (absl::Status said = say(turn.text); !said.ok()) return said;
    }
    if (!turn.error.ok()) return turn.error;
    return ModelTurn{.tool_calls = turn.calls,
                     .usage = {.input_tokens = 3, .output_tokens = 5}};
  }

  std::deque<Turn> turns;
  std::vector<ModelRequest> requests;
};

class CityTool final : public Tool {
 public:
  std::string name() const override { return "look_up"; }
  std::string description() const override { return "Looks a city up."; }
  std::string parameters_schema() const override { return schema; }
  absl::StatusOr<std::string> Invoke(const ToolInvocation& call) override {
    arguments.emplace_back(call.arguments);
    keys.emplace_back(call.idempotency_key);
    return answer;
  }

  std::string schema = kSchema;
  absl::StatusOr<std::string> answer = std::string("sunny");
  std::vector<std::string> arguments;
  std::vector<std::string> keys;
};

class ToolLoopTest : public ::testing::Test {
 protected:
  std::shared_ptr<ToolLoop> Make() {
    auto loop = ToolLoop::Create(options_, model_, {tool_});
    EXPECT_OK(loop);
    return *loop;
  }
  absl::Status Run(FakeRunContext& context) {
    context.mutable_input().message = "How is Rome?";
    return Make()->Run(context);
  }
  void Script(std::string text, std::vector<ToolCall> calls = {}) {
    model_->turns.push_back({std::move(text), std::move(calls), {}});
  }
  static ToolCall Call(std::string arguments, std::string id = "call_1") {
    return {.call_id = std::move(id),
            .name = "look_up",
            .arguments = std::move(arguments)};
  }
  // Of the only call of a run that asks for it and then answers.
  ToolResult ResultOf(ToolCall call) {
    Script("", {std::move(call)});
    Script("Done.");
    FakeRunContext context;
    EXPECT_OK(Run(context));
    return model_->requests.back().messages.back().tool_result.value();
  }

  ToolLoopOptions options_ = {
      .name = "Loop", .description = "A loop", .instructions = "Be brief."};
  std::shared_ptr<ScriptedModel> model_ = std::make_shared<ScriptedModel>();
  std::shared_ptr<CityTool> tool_ = std::make_shared<CityTool>();
  std::vector<Message> journal_;
};

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

TEST_F(ToolLoopTest, TellsTheModelOfArgumentsThatDoNotFit) {
  const ToolResult result = ResultOf(Call(R"({"town":"Rome"})"));
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(result.result, HasSubstr("city"));
  EXPECT_THAT(tool_->arguments, IsEmpty());
}

TEST_F(ToolLoopTest, TellsTheModelOfArgumentsThatAreNoJson) {
  const ToolResult result = ResultOf(Call(R"({"city":"Ro)"));
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(result.result, HasSubstr("not valid JSON"));
}

TEST_F(ToolLoopTest, TellsTheModelOfAToolThatIsNone) {
  ToolCall call = Call("{}");
  call.name = "fly";
  const ToolResult result = ResultOf(call);
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(result.result, HasSubstr("look_up"));
}

TEST_F(ToolLoopTest, TellsTheModelOfAToolsError) {
  tool_->answer = absl::NotFoundError("no such city");
  EXPECT_EQ(ResultOf(Call(R"({"city":"Ys"})")),
            (ToolResult{"call_1", "no such city", /*is_error=*/true}));
}

TEST_F(ToolLoopTest, CutsALongResultBetweenCharactersAndSaysSo) {
  options_.max_result_bytes = 5;
  tool_->answer = std::string("ab\xE2\x82\xAC\xE2\x82\xAC");  // ab, two euros
  const ToolResult result = ResultOf(Call(R"({"city":"Rome"})"));
  EXPECT_EQ(result.result, "ab\xE2\x82\xAC\n[cut: the first 5 of 8 bytes]");
  EXPECT_FALSE(result.is_error);
}

TEST_F(ToolLoopTest, MakesAToolsResultValidText) {
  tool_->answer = std::string(
      "a\xFF"
      "b");
  EXPECT_EQ(ResultOf(Call(R"({"city":"Rome"})")).result,
            "a\xEF\xBF\xBD"
            "b");
}

TEST_F(ToolLoopTest, AnswersCallsBeyondTheBoundWithAnError) {
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

TEST_F(ToolLoopTest, EndsAModelThatNeverStopsCalling) {
  options_.max_turns = 3;
  for (int i = 0; i < 4; ++i) Script("", {Call(R"({"city":"Rome"})")});
  FakeRunContext context;
  const absl::Status status = Run(context);
  EXPECT_THAT(status, HasReason("AGENT_ERROR"));
  EXPECT_FALSE(IsRetryableRunError(status));
  EXPECT_THAT(model_->requests, SizeIs(3));
}

TEST_F(ToolLoopTest, OffersNoToolsWhereTheyAreDisabled) {
  Script("", {Call(R"({"city":"Rome"})")});  // the model calls all the same
  Script("Done.");
  FakeRunContext context;
  context.mutable_input().options.disable_tools = true;
  EXPECT_OK(Run(context));
  EXPECT_THAT(model_->requests.at(0).tools, IsEmpty());
  EXPECT_THAT(tool_->arguments, IsEmpty());
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
