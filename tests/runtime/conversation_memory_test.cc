// What a conversation remembers, and what of it reaches a later run.
#include <atomic>

#include "lib/base/status_macros.h"
#include "tests/runtime/worker_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ConversationMemoryTest : public WorkerTest {
 protected:
  std::vector<std::string> Remembered() {
    std::vector<std::string> texts;
    for (const Message& message : GetConversation("c").messages) {
      texts.push_back(message.tool_result.has_value()
                          ? message.tool_result->result
                          : message.text);
    }
    return texts;
  }

  static absl::Status SayTurn(RunContext& context, const std::string& text) {
    return context
        .ModelTurn([&]() -> absl::StatusOr<std::vector<ToolCall>> {
          RETURN_IF_ERROR(context.Say(text));
          return std::vector<ToolCall>{};
        })
        .status();
  }
};

// Two steps stand, then words without a step, then the attempt fails: the
// conversation never has those words, neither before nor after.
TEST_F(ConversationMemoryTest, ADiscardedWordIsNeverInTheConversation) {
  std::atomic<bool> failed{false}, go{false};
  const auto node = Start([&](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(SayTurn(context, "one "));
    RETURN_IF_ERROR(SayTurn(context, "two "));
    if (context.input().attempt == 1) {
      RETURN_IF_ERROR(context.Say("discarded"));
      failed = true;
      while (!go) RETURN_IF_ERROR(context.Sleep(absl::Milliseconds(1)));
      return RunError("MODEL_UNAVAILABLE", "away", true);
    }
    return context.Say("three");
  });
  const std::string run = Admit("c");
  ASSERT_TRUE(Eventually(
      [&] { return failed && Read("c", run).text == "one two discarded"; }));
  EXPECT_THAT(Remembered(), ElementsAre("hello", "one ", "two "));
  go = true;
  ExpectCompleted(AwaitEnd("c", run), "one two three");
  EXPECT_THAT(Remembered(), ElementsAre("hello", "one ", "two ", "three"));
}

TEST_F(ConversationMemoryTest, WhatDidNotCompleteIsRememberedAsAQuestionOnly) {
  std::vector<Message> history;
  const auto node = Start([&](RunContext& context) -> absl::Status {
    history = context.input().history;
    RETURN_IF_ERROR(SayTurn(context, "half of " + context.input().message));
    if (context.input().message == "fail") {
      return RunError("MODEL_REFUSED", "no", false);
    }
    if (context.input().message == "cancel") {
      return context.Sleep(absl::Minutes(5));
    }
    return absl::OkStatus();
  });
  AwaitFailure("c", Admit("c", "fail"));
  const std::string cancelled = Admit("c", "cancel");
  ASSERT_TRUE(Eventually(
      [&] { return Read("c", cancelled).text == "half of cancel"; }));
  EXPECT_OK(Await<agent::Run>([&](Callback<agent::Run> done) {
    gateway_->store().runs().Cancel({"", "c"}, cancelled, std::move(done));
  }));
  AwaitEnd("c", cancelled);
  EXPECT_THAT(Remembered(), ElementsAre("fail", "cancel"));
  AwaitEnd("c", Admit("c", "answer"));
  ASSERT_THAT(history, SizeIs(2));
  EXPECT_EQ(history[0].run_state, "failed");
  EXPECT_EQ(history[0].failure_reason, "MODEL_REFUSED");
  EXPECT_EQ(history[1].run_state, "cancelled");
  EXPECT_THAT(Remembered(),
              ElementsAre("fail", "cancel", "answer", "half of answer"));
}

// Not even those of the run itself: they are its steps.
TEST_F(ConversationMemoryTest, ALaterAttemptHasTheSameHistory) {
  Mutex mu;
  std::vector<size_t> sizes;
  const auto node = Start([&](RunContext& context) -> absl::Status {
    {
      MutexLock lock(&mu);
      sizes.push_back(context.input().history.size());
    }
    RETURN_IF_ERROR(SayTurn(context, "x"));
    if (context.input().message == "retry" && context.input().attempt == 1) {
      return RunError("MODEL_UNAVAILABLE", "away", true);
    }
    return absl::OkStatus();
  });
  AwaitEnd("c", Admit("c", "first"));
  ExpectCompleted(AwaitEnd("c", Admit("c", "retry")), "x");
  MutexLock lock(&mu);
  EXPECT_THAT(sizes, ElementsAre(0u, 2u, 2u));
}

TEST_F(ConversationMemoryTest, OlderTurnsThanTheBoundAreCountedNotGiven) {
  limits_.max_history_messages = 4;
  std::vector<Message> history;
  int64_t dropped = -1;
  const auto node = Start([&](RunContext& context) -> absl::Status {
    history = context.input().history;
    dropped = context.input().history_dropped;
    return context.Say("a");
  });
  for (const char* message : {"1", "2", "3", "4"}) {
    AwaitEnd("c", Admit("c", message));
  }
  ASSERT_THAT(history, SizeIs(4));
  EXPECT_EQ(history[0].text, "2");
  EXPECT_EQ(dropped, 2);
  // Nothing is gone: the conversation has it all.
  EXPECT_THAT(Remembered(), SizeIs(8));
}

}  // namespace
}  // namespace agent::testing
