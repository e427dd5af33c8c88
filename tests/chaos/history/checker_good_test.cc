// What the promises allow: the checker must not call it a violation.
#include <gtest/gtest.h>

#include <string>
#include <vector>

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

TEST(CheckerGoodTest, WholeRunsOfEveryAgentAreRight) {
  MadeUpHistory history;
  for (const char* agent : {kSteady, kShifting, kStepper}) {
    const std::string run = history.WholeRun(agent, Pieces(9, 2));
    history.Read("reader-" + run, run);
  }
  history.Read("all");
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, ATakeOverOfAnAgentWithoutStepsBeginsAgain) {
  MadeUpHistory history;
  const std::string run = history.Submit(kShifting, Pieces(6));
  history.Attempt(run);
  history.Say(run, 4);
  history.Attempt(run);
  history.Say(run, 6);
  history.Complete(run);
  history.Read("reader", run);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, ATakeOverGoesOnAfterTheLastStep) {
  MadeUpHistory history;
  const std::string run = history.Submit(kStepper, Pieces(6, 1));
  history.Attempt(run);
  history.Say(run, 3);
  history.CallTool(run);
  history.Say(run, 2);
  history.Attempt(run, history.standing(run));
  // The voice tells the turn's speaker only.
  history.Say(run, 3);
  history.Complete(run);
  history.Read("reader", run);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, ALivingWriterWritesALostTailAgain) {
  MadeUpHistory history;
  const std::string run = history.Submit(kSteady, Pieces(6));
  history.Attempt(run);
  history.Say(run, 5);
  const std::vector<Chunk> seen = history.log();
  history.WriteAgain(history.LosePower(2));
  history.Say(run, 1);
  history.Complete(run);
  // One that saw the lost ones is sent no repetition.
  std::vector<Chunk> chunks = seen;
  chunks.insert(chunks.end(), history.log().end() - 2, history.log().end());
  history.ReadThese("ahead", run, chunks, "");
  history.Read("late", run);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, AnotherAttemptMayReplaceALostTail) {
  MadeUpHistory history;
  const std::string run = history.Submit(kShifting, Pieces(6));
  history.Attempt(run);
  history.Say(run, 5);
  std::vector<Chunk> chunks = history.log();
  history.LosePower(3);
  history.Attempt(run);
  history.Say(run, 6);
  history.Complete(run);
  chunks.insert(chunks.end(), history.log().begin() + 3, history.log().end());
  history.ReadThese("ahead", run, chunks, "");
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, APowerLossMayTakeAnEndBack) {
  MadeUpHistory history;
  const std::string run = history.WholeRun(kSteady, Pieces(4));
  history.Read("first", run);
  history.LosePower(2);
  history.Attempt(run);
  history.Say(run, 4);
  history.Complete(run);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, APowerLossMayTakeAnAcceptance) {
  MadeUpHistory history;
  const std::string run = history.Submit(kSteady, Pieces(4));
  history.LosePower(0);
  // Accepted anew.
  history.SubmitAgain(run);
  auto& again = history.Last<Submit>();
  again.accept_time_ms = absl::ToUnixMillis(history.now());
  history.Attempt(run);
  history.Say(run, 4);
  history.Complete(run);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, AfterDataLossAReaderStartsOver) {
  MadeUpHistory history;
  const std::string run = history.WholeRun(kSteady, Pieces(4));
  history.ReadThese("reader", run, {history.log()[0], history.log()[1]}, "");
  const std::vector<Chunk> lost = history.LosePower(5);
  history.Last<StreamEnd>() = {
      history.Last<StreamEnd>().call,
      {absl::StatusCode::kDataLoss, "CURSOR_LOST", "lost"},
      Leave::kNot};
  history.events.back().at = history.now();
  history.Add(StartOver{"reader"});
  history.WriteAgain(lost);
  history.Read("reader", run);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, ARunMayBeCancelledInTheQueue) {
  MadeUpHistory history;
  const std::string first = history.Submit(kSteady, Pieces(2));
  history.Attempt(first);
  const std::string second = history.Submit(kSteady, Pieces(2));
  history.CancelRun(second, RunState::kCancelled);
  history.Say(first, 2);
  history.Complete(first);
  Chunk only;
  only.id = history.log().back().id;
  only.run_id = second;
  only.content = RunCancelled{};
  history.ReadThese("second", second, {only}, "");
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, ARunWhoseBeginningWasLostMayBeCancelledInTheQueue) {
  MadeUpHistory history;
  const std::string run = history.Submit(kSteady, Pieces(8));
  history.Attempt(run);
  history.Say(run, 3);
  history.Read("ahead", run);
  history.LosePower(4);
  history.SubmitAgain(run);
  history.CancelRun(run, RunState::kCancelled);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
  history.facts.power_losses.clear();
  EXPECT_TRUE(Finds(history, rule::kLogDiffers));
}

TEST(CheckerGoodTest, ARunMayBeCancelledInTheMiddle) {
  MadeUpHistory history;
  const std::string run = history.Submit(kSteady, Pieces(8));
  history.Attempt(run);
  history.Say(run, 3);
  history.CancelRun(run, RunState::kRunning);
  history.EndCancelled(run);
  history.Read("reader", run);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, ARunMayFailAsItWasToldTo) {
  MadeUpHistory history;
  RunPlan plan = Pieces(3);
  plan.refuse = 1;
  const std::string run = history.Submit(kFlaky, plan);
  history.Attempt(run);
  history.Say(run, 1);
  history.Fail(run, kRefused);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, WhatWasDeletedNeedNotEnd) {
  MadeUpHistory history;
  const std::string run = history.Submit(kSteady, Pieces(8));
  history.Attempt(run);
  history.Say(run, 2);
  history.ReadThese("reader", run, history.log(), "");
  history.Add(Delete{history.now(), 0, MadeUpHistory::kConversation, {}});
  history.facts.audit.taken = true;
  EXPECT_EQ(FoundIn(history), "");
}

TEST(CheckerGoodTest, RepeatedRequestsHaveOneAnswer) {
  MadeUpHistory history;
  const std::string run = history.WholeRun(kSteady, Pieces(3));
  history.SubmitAgain(run);
  history.Finish();
  EXPECT_EQ(FoundIn(history), "");
}

}  // namespace
}  // namespace agent::chaos
