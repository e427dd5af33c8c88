// Each way in which a log can go wrong is found, by its name.
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

// A run that has begun, with three pieces.
class CheckerLogTest : public ::testing::Test {
 protected:
  CheckerLogTest() : run_(history_.Submit(kSteady, Pieces(6))) {
    history_.Attempt(run_);
    history_.Say(run_, 3);
  }

  void End() {
    history_.Complete(run_);
    history_.Read("reader", run_);
    history_.Finish();
  }

  MadeUpHistory history_;
  std::string run_;
};

TEST_F(CheckerLogTest, ItIsGoodToBeginWith) {
  history_.Say(run_, 3);
  End();
  EXPECT_EQ(FoundIn(history_), "");
}

TEST_F(CheckerLogTest, AnEntryIsNotTheSameToEverybody) {
  history_.Say(run_, 3);
  End();
  history_.chunk(history_.ChunksOf("reader")[2]).sequence = 9;
  EXPECT_TRUE(Finds(history_, rule::kEntryDiffers));
}

TEST_F(CheckerLogTest, AnIdHasAnotherAttempt) {
  history_.Write(run_, 1, TextPiece{"x"});
  history_.log().back().id.seq += 1;
  End();
  EXPECT_TRUE(Finds(history_, rule::kEntryId));
}

TEST_F(CheckerLogTest, ATailIsRewrittenWithoutAPowerLoss) {
  const std::vector<Chunk> seen = history_.log();
  history_.ReadThese("ahead", run_, seen, "");
  history_.LosePower(2);
  history_.facts.power_losses.clear();
  history_.Attempt(run_);
  history_.Say(run_, 6);
  End();
  EXPECT_TRUE(Finds(history_, rule::kTakenBack));
}

TEST_F(CheckerLogTest, APowerLossTakesWhatWasLongWritten) {
  history_.ReadThese("ahead", run_, history_.log(), "");
  history_.Wait(absl::Seconds(5));
  history_.LosePower(2);
  history_.Attempt(run_);
  history_.Say(run_, 6);
  End();
  EXPECT_TRUE(Finds(history_, rule::kTakenBack));
}

TEST_F(CheckerLogTest, ATailIsRewrittenBeforeThePowerLoss) {
  history_.ReadThese("ahead", run_, history_.log(), "");
  history_.LosePower(2);
  history_.Attempt(run_);
  history_.Say(run_, 6);
  End();
  history_.facts.power_losses[0].begin = history_.now() + absl::Seconds(1);
  EXPECT_TRUE(Finds(history_, rule::kTakenBack));
}

TEST_F(CheckerLogTest, AReaderIsSetBackWithoutAPowerLoss) {
  std::vector<Chunk> chunks = history_.log();
  history_.LosePower(2);
  history_.facts.power_losses.clear();
  history_.Attempt(run_);
  history_.Say(run_, 6);
  chunks.insert(chunks.end(), history_.log().begin() + 2, history_.log().end());
  history_.ReadThese("ahead", run_, chunks, "");
  End();
  EXPECT_TRUE(Finds(history_, rule::kTakenBack));
}

TEST_F(CheckerLogTest, WhatIsWrittenAgainIsAnother) {
  history_.ReadThese("ahead", run_, history_.log(), "");
  std::vector<Chunk> lost = history_.LosePower(2);
  std::get<TextPiece>(lost[0].content).text += "!";
  history_.WriteAgain(lost);
  history_.Say(run_, 3);
  End();
  EXPECT_TRUE(Finds(history_, rule::kRewriteDiffers));
}

// Its readers are told that they stand where nothing is any more.
TEST_F(CheckerLogTest, AnAttemptGoesOnWhereALaterOnesBeginningWasLost) {
  history_.Attempt(run_);
  history_.ReadThese("ahead", run_, history_.log(), "");
  history_.LosePower(1);
  history_.Write(run_, 1, TextPiece{"goes on"});
  End();
  EXPECT_FALSE(Finds(history_, rule::kRewriteDiffers));
}

TEST_F(CheckerLogTest, AnEndIsReplacedWithoutANewAttempt) {
  history_.Say(run_, 3);
  history_.Complete(run_);
  history_.Read("first", run_);
  history_.LosePower(1);
  history_.facts.attempts_may_run_out = true;
  history_.facts.max_attempts = 1;
  history_.Fail(run_, "ATTEMPTS_EXHAUSTED");
  history_.Read("reader", run_);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kRewriteDiffers));
}

TEST_F(CheckerLogTest, AnOldAttemptWritesAfterANewOne) {
  history_.Attempt(run_);
  history_.Write(run_, 1, TextPiece{"late"});
  history_.Say(run_, 6);
  End();
  EXPECT_TRUE(Finds(history_, rule::kTwoWriters));
}

TEST_F(CheckerLogTest, ANewAttemptDoesNotSayThatItBegins) {
  history_.Write(run_, 2, TextPiece{"new"});
  End();
  EXPECT_TRUE(Finds(history_, rule::kTwoWriters));
}

TEST_F(CheckerLogTest, TwoAttemptsHaveOneNumber) {
  history_.Write(run_, 1, AttemptStarted{""});
  history_.Say(run_, 3);
  End();
  EXPECT_TRUE(Finds(history_, rule::kTwoWriters));
}

TEST_F(CheckerLogTest, AWriterMayBeginAnewWhereItsTailWasLost) {
  history_.LosePower(1);
  history_.Write(run_, 1, AttemptStarted{""});
  history_.Say(run_, 3);
  End();
  EXPECT_FALSE(Finds(history_, rule::kTwoWriters));
  history_.facts.power_losses.clear();
  EXPECT_TRUE(Finds(history_, rule::kTwoWriters));
}

// What stood in between was lost again, and nobody saw it.
TEST_F(CheckerLogTest, NothingFollowsWhatMayHaveBeenLost) {
  history_.ReadThese("ahead", run_, history_.log(), "");
  history_.LosePower(1);
  history_.Attempt(run_);
  history_.Say(run_, 1);
  history_.ReadThese("late", run_, {history_.log().back()}, history_.last_id());
  history_.LosePower(2);
  history_.Attempt(run_);
  history_.Say(run_, 6);
  End();
  EXPECT_FALSE(Finds(history_, rule::kTwoWriters));
}

// But what stands side by side in the end does follow.
TEST_F(CheckerLogTest, TwoWritersStandAfterAPowerLoss) {
  history_.LosePower(0);
  history_.Write(run_, 2, TextPiece{"new"});
  End();
  EXPECT_TRUE(Finds(history_, rule::kTwoWriters));
}

TEST_F(CheckerLogTest, ADiscardNamesWhatIsNotThere) {
  history_.Attempt(run_, "1800000000000-77001");
  history_.Say(run_, 6);
  End();
  EXPECT_TRUE(Finds(history_, rule::kWrongDiscard));
}

TEST_F(CheckerLogTest, ADiscardReachesIntoAnotherRun) {
  history_.Say(run_, 3);
  End();
  const std::string other = history_.Submit(kSteady, Pieces(2));
  history_.Attempt(other, history_.log()[2].id.ToString());
  history_.Say(other, 2);
  history_.Complete(other);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kWrongDiscard));
}

TEST_F(CheckerLogTest, TwoRunsAtATime) {
  const std::string other = history_.WholeRun(kSteady, Pieces(2));
  history_.Say(run_, 3);
  End();
  EXPECT_TRUE(Finds(history_, rule::kSerialTurns));
}

TEST_F(CheckerLogTest, TheLaterRunGoesFirst) {
  history_.Say(run_, 3);
  history_.Complete(run_);
  const std::string early = history_.Submit(kSteady, Pieces(1));
  history_.WholeRun(kSteady, Pieces(1));
  history_.Attempt(early);
  history_.Say(early, 1);
  history_.Complete(early);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kAcceptanceOrder));
}

TEST_F(CheckerLogTest, ARunBeginsBeforeItsCursor) {
  history_.Say(run_, 3);
  End();
  std::get<Submit>(history_.events[0].body).cursor = history_.log()[2].id;
  EXPECT_TRUE(Finds(history_, rule::kBeforeAcceptance));
}

TEST_F(CheckerLogTest, ACancelledRunGoesOn) {
  history_.CancelRun(run_, RunState::kRunning);
  history_.Say(run_, 3);
  history_.EndCancelled(run_);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kCancelIgnored));
}

TEST_F(CheckerLogTest, ARunThatWasCancelledInTheQueueBegins) {
  history_.Say(run_, 3);
  history_.Complete(run_);
  const std::string other = history_.Submit(kSteady, Pieces(1));
  history_.CancelRun(other, RunState::kCancelled);
  history_.Attempt(other);
  history_.EndCancelled(other);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kCancelIgnored));
}

TEST_F(CheckerLogTest, RedisDoesNotHoldWhatWasSeen) {
  history_.Say(run_, 3);
  End();
  history_.facts.audit.logs["c"].pop_back();
  EXPECT_TRUE(Finds(history_, rule::kLogDiffers));
}

TEST_F(CheckerLogTest, RedisHoldsAHole) {
  history_.Say(run_, 3);
  End();
  auto& log = history_.facts.audit.logs["c"];
  log.erase(log.begin() + 2);
  for (const std::string reader : {"reader", "last"}) {
    history_.Erase(history_.ChunksOf(reader)[2]);
  }
  EXPECT_TRUE(Finds(history_, rule::kGap));
}

}  // namespace
}  // namespace agent::chaos
