// What GetConversation and ListRuns may not say of runs is found, by its name.
#include <gtest/gtest.h>

#include <string>

#include "tests/chaos/history/made_up_history.h"
#include "tests/chaos/history/rules.h"

namespace agent::chaos {
namespace {

RunPlan Pieces(int pieces, int steps = 0) {
  RunPlan plan;
  plan.pieces = pieces;
  plan.steps = steps;
  return plan;
}

// A whole run with a step, and one without.
class CheckerConversationTest : public ::testing::Test {
 protected:
  CheckerConversationTest() {
    run_ = history_.WholeRun(kStepper, Pieces(4, 1));
    other_ = history_.WholeRun(kStepper, Pieces(4, 1));
    history_.SubmitAgain(run_);
    history_.Read("reader", run_);
  }

  Conversation& State() { return history_.Last<ConversationLook>().state; }

  MadeUpHistory history_;
  std::string run_;
  std::string other_;
};

TEST_F(CheckerConversationTest, GetConversationHasAnotherText) {
  history_.Finish();
  State().messages[1].text += "x";
  EXPECT_TRUE(Finds(history_, rule::kConversationDiffers));
}

TEST_F(CheckerConversationTest, GetConversationHasADiscardedWord) {
  const std::string third = history_.Submit(kShifting, Pieces(2));
  history_.Attempt(third);
  history_.Say(third, 1);
  const std::string discarded =
      std::get<TextPiece>(history_.log().back().content).text;
  history_.Attempt(third);
  history_.Say(third, 2);
  history_.Complete(third);
  history_.Finish();
  EXPECT_EQ(FoundIn(history_), "");
  Message& answer = State().messages.back();
  answer.text = discarded + answer.text;
  EXPECT_TRUE(Finds(history_, rule::kConversationDiffers));
}

TEST_F(CheckerConversationTest, GetConversationLacksAToolCall) {
  history_.Finish();
  State().messages[1].tool_calls.clear();
  EXPECT_TRUE(Finds(history_, rule::kConversationDiffers));
}

TEST_F(CheckerConversationTest, GetConversationLacksATurn) {
  history_.Finish();
  auto& messages = State().messages;
  messages.erase(messages.begin(), messages.begin() + 3);
  EXPECT_TRUE(Finds(history_, rule::kConversationDiffers));
}

TEST_F(CheckerConversationTest, GetConversationAnswersARunThatFailed) {
  RunPlan plan = Pieces(2);
  plan.refuse = 1;
  const std::string third = history_.Submit(kFlaky, plan);
  history_.Attempt(third);
  history_.Fail(third, kRefused);
  history_.Finish();
  EXPECT_EQ(FoundIn(history_), "");
  Message answer;
  answer.role = Role::kAssistant;
  answer.run_id = third;
  answer.text = "never said";
  State().messages.push_back(answer);
  EXPECT_TRUE(Finds(history_, rule::kConversationDiffers));
}

TEST_F(CheckerConversationTest, AnEarlierLookHadWhatDoesNotStand) {
  history_.Finish();
  ConversationLook early = history_.Last<ConversationLook>();
  early.final_look = false;
  early.state.messages[1].text = "other";
  history_.Add(early);
  EXPECT_TRUE(Finds(history_, rule::kConversationDiffers));
}

TEST_F(CheckerConversationTest, AReaderSawTheEndAndGetConversationHasNoAnswer) {
  history_.Finish();
  ConversationLook early = history_.Last<ConversationLook>();
  early.final_look = false;
  early.state.messages.resize(1);
  early.sent = history_.now();
  history_.Add(early);
  EXPECT_TRUE(Finds(history_, rule::kConversationDiffers));
}

TEST_F(CheckerConversationTest, AnAcceptedRunIsNotListed) {
  history_.Finish();
  ConversationLook early = history_.Last<ConversationLook>();
  early.final_look = false;
  early.runs.pop_back();
  early.sent = history_.now();
  history_.Add(early);
  EXPECT_TRUE(Finds(history_, rule::kRunListDiffers));
}

TEST_F(CheckerConversationTest, TheListOfRunsIsAnother) {
  history_.Finish();
  auto& runs = history_.Last<ConversationLook>().runs;
  std::swap(runs[0], runs[1]);
  EXPECT_TRUE(Finds(history_, rule::kRunListDiffers));
  runs.pop_back();
  EXPECT_TRUE(Finds(history_, rule::kRunListDiffers));
  runs.push_back(runs[0]);
  EXPECT_TRUE(Finds(history_, rule::kRunListDiffers));
}

}  // namespace
}  // namespace agent::chaos
