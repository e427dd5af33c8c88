// What an agent says and does through its context, and what is stored of it.
#include "lib/runtime/attempt_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/agent/agent.h"
#include "lib/base/status_macros.h"
#include "tests/runtime/scripted_run_store.h"
#include "tests/runtime/writer_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AttemptContextTest : public ::testing::Test {
 protected:
  ~AttemptContextTest() override {
    if (writer_ != nullptr) writer_->Close();
  }

  AttemptContext& Start(RunAssignment assignment = FirstAttempt()) {
    store_.SetPositions(assignment.next_sequence, assignment.next_step);
    const SteadyTime now = std::chrono::steady_clock::now();
    writer_ = ResponseWriter::Start(
        assignment, now, limits_, {&store_, &timers_, stop_},
        StoredFeed(assignment, OnStored(), nullptr));
    context_ = std::make_unique<AttemptContext>(
        assignment, now, limits_, /*keep_text=*/true, writer_, stop_);
    return *context_;
  }

  // Ends the run as completed; its end.
  RunCompleted Complete() {
    auto completion = context_->Complete();
    EXPECT_OK(completion);
    if (!completion.ok()) return {};
    EXPECT_OK(writer_->Finish(completion->end, completion->step));
    return completion->end.completed;
  }

  std::vector<Message> Steps() {
    std::vector<Message> steps;
    for (const std::string& json : store_.steps()) {
      auto step = MessageFromJson(json);
      EXPECT_OK(step);
      if (step.ok()) steps.push_back(*std::move(step));
    }
    return steps;
  }

  static absl::StatusOr<std::vector<ToolCall>> NoCalls() {
    return std::vector<ToolCall>{};
  }
  static absl::StatusOr<std::vector<ToolCall>> NotCalled() {
    ADD_FAILURE() << "the model was called";
    return absl::InternalError("called");
  }
  static absl::StatusOr<ToolResult> ToolNotCalled(std::string_view) {
    ADD_FAILURE() << "the tool was called";
    return absl::InternalError("called");
  }

  // The second attempt at a run of which `steps` stand.
  static RunAssignment SecondAttempt(std::vector<Message> steps) {
    RunAssignment assignment = FirstAttempt();
    assignment.attempt = 2;
    assignment.failures = 1;
    assignment.next_sequence = 7;
    assignment.next_step = 1 + static_cast<int64_t>(steps.size());
    assignment.first_id = {900, 1001};
    assignment.standing = {900, 5001};
    assignment.steps = std::move(steps);
    return assignment;
  }
  static Message Turn(std::string text, std::vector<ToolCall> calls = {}) {
    Message turn;
    turn.role = Role::kAssistant;
    turn.text = std::move(text);
    turn.tool_calls = std::move(calls);
    return turn;
  }
  static Message Implicit(std::string text) {
    Message step = Turn(std::move(text));
    step.implicit = true;
    return step;
  }
  static Message Result(std::string call_id, std::string result) {
    Message step;
    step.role = Role::kTool;
    step.tool_result = ToolResult{std::move(call_id), std::move(result), false};
    return step;
  }

  RunLimits limits_;
  TimerQueue timers_;
  ScriptedRunStore store_{ScriptedRunStore::Mode::kAtOnce};
  std::shared_ptr<StopSignal> stop_ = StopSignal::Create();
  std::shared_ptr<ResponseWriter> writer_;
  std::unique_ptr<AttemptContext> context_;
};

TEST_F(AttemptContextTest, TheInputIsTheAssignments) {
  RunAssignment assignment = FirstAttempt();
  assignment.history = {Turn("earlier")};
  assignment.history_dropped = 3;
  const AttemptContext& context = Start(assignment);
  EXPECT_EQ(context.input().message, "hello");
  EXPECT_EQ(context.input().conversation_id, "conversation");
  EXPECT_THAT(context.input().history, SizeIs(1));
  EXPECT_EQ(context.input().history_dropped, 3);
}

TEST_F(AttemptContextTest, TheEndProvesTheText) {
  AttemptContext& context = Start();
  ASSERT_OK(context.Say("Hello, "));
  ASSERT_OK(context.Say("world"));
  context.AddUsage({3, 4});
  context.AddUsage({10, 20});
  const RunCompleted end = Complete();
  EXPECT_EQ(end.text_bytes, 12);
  EXPECT_EQ(end.text_sha256, Sha256Hex("Hello, world"));
  EXPECT_EQ(end.usage, (Usage{13, 24}));
  EXPECT_EQ(context.text(), "Hello, world");
  ASSERT_THAT(Steps(), SizeIs(1));
  EXPECT_EQ(Steps()[0].text, "Hello, world");
  EXPECT_EQ(Steps()[0].run_id, "run");
  EXPECT_GE(Steps()[0].create_time_ms, 5000);
  EXPECT_FALSE(Steps()[0].implicit);
}

TEST_F(AttemptContextTest, ASplitCharacterIsSaidWhole) {
  AttemptContext& context = Start();
  for (const char byte : std::string("\xF0\x9F\x98\x80")) {
    ASSERT_OK(context.Say(std::string_view(&byte, 1)));
  }
  Complete();
  EXPECT_EQ(store_.text(), "\xF0\x9F\x98\x80");
  EXPECT_THAT(store_.entries(), SizeIs(2));  // the attempt, one piece
}

TEST_F(AttemptContextTest, WhatStaysIncompleteIsReplacedAtTheEnd) {
  AttemptContext& context = Start();
  ASSERT_OK(context.Say("a\xF0\x9F"));
  const RunCompleted end = Complete();
  EXPECT_EQ(store_.text(), "a\xEF\xBF\xBD");
  EXPECT_EQ(end.text_sha256, Sha256Hex("a\xEF\xBF\xBD"));
}

TEST_F(AttemptContextTest, WhatStaysIncompleteIsReplacedBeforeAToolCall) {
  AttemptContext& context = Start();
  const auto turn =
      context.ModelTurn([&]() -> absl::StatusOr<std::vector<ToolCall>> {
        RETURN_IF_ERROR(context.Say("a\xE2\x82"));
        return std::vector<ToolCall>{{"id", "tool", "{}"}};
      });
  ASSERT_OK(turn);
  EXPECT_EQ(turn->text, "a\xEF\xBF\xBD");
  EXPECT_EQ(store_.text(), "a\xEF\xBF\xBD");
}

TEST_F(AttemptContextTest, AModelsTurnIsJournalledWithItsLastChunk) {
  AttemptContext& context = Start();
  const ToolCall call{"id", "weather", R"({"city":"Oslo"})"};
  const auto turn =
      context.ModelTurn([&]() -> absl::StatusOr<std::vector<ToolCall>> {
        RETURN_IF_ERROR(context.Say("Let me look."));
        return std::vector<ToolCall>{call};
      });
  ASSERT_OK(turn);
  EXPECT_EQ(turn->text, "Let me look.");
  EXPECT_THAT(turn->tool_calls, ElementsAre(call));
  // Stored when it is returned, in the append of its tool_call chunk.
  const AppendRequest last = store_.requests().back();
  ASSERT_TRUE(last.step.has_value());
  EXPECT_EQ(last.step_index, 1);
  EXPECT_EQ(last.chunks.back(), ChunkContent(call));
  ASSERT_THAT(Steps(), SizeIs(1));
  EXPECT_EQ(Steps()[0].role, Role::kAssistant);
  EXPECT_EQ(Steps()[0].text, "Let me look.");
  EXPECT_THAT(Steps()[0].tool_calls, ElementsAre(call));
}

TEST_F(AttemptContextTest, AToolsResultIsJournalledWithItsChunk) {
  AttemptContext& context = Start();
  std::string key;
  const auto result =
      context.ToolStep({"id", "weather", "{}"},
                       [&](std::string_view k) -> absl::StatusOr<ToolResult> {
                         key = k;
                         return ToolResult{"", "rain", false};
                       });
  ASSERT_OK(result);
  EXPECT_EQ(key, "run/0");
  EXPECT_EQ(result->call_id, "id");
  const AppendRequest last = store_.requests().back();
  EXPECT_EQ(last.chunks.back(), ChunkContent(ToolResult{"id", "rain", false}));
  ASSERT_THAT(Steps(), SizeIs(1));
  EXPECT_EQ(Steps()[0].role, Role::kTool);
  EXPECT_EQ(Steps()[0].tool_result->result, "rain");
}

TEST_F(AttemptContextTest, AResultThatIsTooLargeIsTakenForAnError) {
  limits_.max_chunk_bytes = 100;
  AttemptContext& context = Start();
  const auto result =
      context.ToolStep({"id", "read", "{}"},
                       [&](std::string_view) -> absl::StatusOr<ToolResult> {
                         return ToolResult{"id", std::string(101, 'x'), false};
                       });
  ASSERT_OK(result);
  EXPECT_TRUE(result->is_error);
  EXPECT_LT(result->result.size(), 100u);
}

TEST_F(AttemptContextTest, TextOutsideAStepIsAStepOfItsOwn) {
  AttemptContext& context = Start();
  ASSERT_OK(context.Say("before "));
  ASSERT_OK(context.ModelTurn([&] {
    EXPECT_OK(context.Say("turn "));
    return NoCalls();
  }));
  ASSERT_OK(context.Say("after"));
  const RunCompleted end = Complete();
  EXPECT_EQ(end.text_sha256, Sha256Hex("before turn after"));
  const std::vector<Message> steps = Steps();
  ASSERT_THAT(steps, SizeIs(3));
  EXPECT_EQ(steps[0].text, "before ");
  EXPECT_TRUE(steps[0].implicit);
  EXPECT_EQ(steps[1].text, "turn ");
  EXPECT_FALSE(steps[1].implicit);
  EXPECT_EQ(steps[2].text, "after");
}

TEST_F(AttemptContextTest, NoFinalMessageFollowsAStepThatSaidEverything) {
  AttemptContext& context = Start();
  ASSERT_OK(context.ModelTurn([&] {
    EXPECT_OK(context.Say("all"));
    return NoCalls();
  }));
  Complete();
  EXPECT_THAT(Steps(), SizeIs(1));
}

TEST_F(AttemptContextTest, AnAgentThatSaidNothingLeavesAnEmptyAnswer) {
  Start();
  Complete();
  ASSERT_THAT(Steps(), SizeIs(1));
  EXPECT_EQ(Steps()[0].text, "");
  EXPECT_EQ(Steps()[0].role, Role::kAssistant);
}

TEST_F(AttemptContextTest, ALaterAttemptReplaysWithoutRepeating) {
  const ToolCall call{"id", "weather", "{}"};
  AttemptContext& context = Start(SecondAttempt(
      {Implicit("intro "), Turn("look ", {call}), Result("id", "sun")}));
  ASSERT_OK(context.Say("intro "));
  const auto turn = context.ModelTurn(NotCalled);
  ASSERT_OK(turn);
  EXPECT_THAT(turn->tool_calls, ElementsAre(call));
  const auto result = context.ToolStep(call, ToolNotCalled);
  ASSERT_OK(result);
  EXPECT_EQ(result->result, "sun");
  ASSERT_OK(context.Say("It is sunny."));
  const RunCompleted end = Complete();
  EXPECT_EQ(store_.text(), "It is sunny.");
  EXPECT_EQ(context.text(), "intro look It is sunny.");
  EXPECT_EQ(end.text_sha256, Sha256Hex("intro look It is sunny."));
  EXPECT_EQ(end.text_bytes, 23);
}

TEST_F(AttemptContextTest, WhatATurnCostIsReportedByTheAttemptThatEndsTheRun) {
  AttemptContext& first = Start();
  ASSERT_OK(first.ModelTurn([&] {
    first.AddUsage({100, 20});
    return NoCalls();
  }));
  EXPECT_EQ(Steps()[0].usage, (Usage{100, 20}));
  Message turn = Turn("turn ");
  turn.usage = {100, 20};
  writer_->Close();

  const AttemptContext& second = Start(SecondAttempt({turn}));
  ASSERT_OK(context_->ModelTurn(NotCalled));
  context_->AddUsage({3, 4});
  EXPECT_EQ(second.usage(), (Usage{103, 24}));
}

TEST_F(AttemptContextTest, TheKeyOfAToolIsTheSameInEveryAttempt) {
  const ToolCall call{"id", "pay", "{}"};
  const auto key_of = [&](AttemptContext& context) {
    std::string key;
    EXPECT_OK(context.ToolStep(
        call, [&](std::string_view k) -> absl::StatusOr<ToolResult> {
          key = k;
          return ToolResult{"id", "paid", false};
        }));
    return key;
  };
  AttemptContext& context = Start(SecondAttempt({Turn("pay ", {call})}));
  ASSERT_OK(context.Say("said only now "));  // ignored: it was said
  ASSERT_OK(context.ModelTurn(NotCalled));
  EXPECT_EQ(key_of(context), "run/1");
}

// A turn that failed and was asked for again is one step to the next attempt.
TEST_F(AttemptContextTest, AStepThatFailedDoesNotShiftTheKeys) {
  const ToolCall call{"id", "pay", "{}"};
  AttemptContext& context = Start();
  std::vector<std::string> keys;
  const auto pay = [&](bool fails) {
    return context.ToolStep(
        call, [&](std::string_view key) -> absl::StatusOr<ToolResult> {
          keys.emplace_back(key);
          if (fails) return RunError("MODEL_UNAVAILABLE", "away", true);
          return ToolResult{"id", "paid", false};
        });
  };
  EXPECT_FALSE(context
                   .ModelTurn([]() -> absl::StatusOr<std::vector<ToolCall>> {
                     return RunError("MODEL_UNAVAILABLE", "cut", true);
                   })
                   .ok());
  ASSERT_OK(context.ModelTurn([&] { return std::vector<ToolCall>{call}; }));
  EXPECT_FALSE(pay(/*fails=*/true).ok());
  ASSERT_OK(pay(/*fails=*/false));
  EXPECT_THAT(keys, ElementsAre("run/1", "run/1"));
}

TEST_F(AttemptContextTest, AnAgentThatDoesNotFollowItsJournalFails) {
  AttemptContext& context = Start(SecondAttempt({Turn("turn")}));
  const auto result = context.ToolStep({"id", "tool", "{}"}, ToolNotCalled);
  EXPECT_EQ(ToRunFailed(result.status()).reason, "AGENT_ERROR");
  EXPECT_FALSE(IsRetryableRunError(result.status()));
}

TEST_F(AttemptContextTest, AnAgentThatLeavesStepsUnaskedForFails) {
  AttemptContext& context = Start(SecondAttempt({Turn("turn")}));
  EXPECT_EQ(ToRunFailed(context.Complete().status()).reason, "AGENT_ERROR");
}

TEST_F(AttemptContextTest, WhatATurnThatFailedHadSaidStands) {
  AttemptContext& context = Start();
  const auto failed =
      context.ModelTurn([&]() -> absl::StatusOr<std::vector<ToolCall>> {
        RETURN_IF_ERROR(context.Say("half "));
        return RunError("MODEL_UNAVAILABLE", "cut", true);
      });
  EXPECT_TRUE(IsRetryableRunError(failed.status()));
  ASSERT_OK(context.ModelTurn([&] {
    EXPECT_OK(context.Say("whole"));
    return NoCalls();
  }));
  const RunCompleted end = Complete();
  EXPECT_EQ(store_.text(), "half whole");
  EXPECT_EQ(end.text_sha256, Sha256Hex("half whole"));
  ASSERT_THAT(Steps(), SizeIs(2));
  EXPECT_TRUE(Steps()[0].implicit);
}

TEST_F(AttemptContextTest, AStepWithinAStepIsRefused) {
  AttemptContext& context = Start();
  absl::Status inner;
  ASSERT_OK(context.ModelTurn([&] {
    inner = context.ModelTurn([] { return NoCalls(); }).status();
    return NoCalls();
  }));
  EXPECT_EQ(ToRunFailed(inner).reason, "AGENT_ERROR");
}

TEST_F(AttemptContextTest, NothingGoesOnOnceItMustStop) {
  AttemptContext& context = Start();
  stop_->Stop(absl::CancelledError("stop"));
  EXPECT_TRUE(context.stopping());
  EXPECT_THAT(context.Say("x"), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(context.ModelTurn(NotCalled),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(context.ToolStep({"id", "tool", "{}"}, ToolNotCalled),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(context.Sleep(absl::Hours(1)),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(context.Complete(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(AttemptContextTest, AStepThatCouldNotBeStoredIsNotReturned) {
  AttemptContext& context = Start();
  ASSERT_OK(context.Say("x"));
  ASSERT_OK(writer_->AwaitStored());
  store_.Fence();
  EXPECT_THAT(context.ModelTurn([] { return NoCalls(); }),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(Steps(), IsEmpty());
}

}  // namespace
}  // namespace agent::testing
