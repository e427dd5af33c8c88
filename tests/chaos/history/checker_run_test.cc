// Each way in which a run can come to a bad end is found, by its name.
#include <gtest/gtest.h>

#include <string>

#include "tests/chaos/history/made_up_history.h"
#include "tests/chaos/history/rules.h"

namespace agent::chaos {
namespace {

// gtest's fixtures have a Run of their own.
using RunRecord = agent::Run;

RunPlan Pieces(int pieces, int steps = 0) {
  RunPlan plan;
  plan.pieces = pieces;
  plan.steps = steps;
  return plan;
}

// A whole run with a step, and one without.
class CheckerRunTest : public ::testing::Test {
 protected:
  CheckerRunTest() {
    run_ = history_.WholeRun(kStepper, Pieces(4, 1));
    other_ = history_.WholeRun(kStepper, Pieces(4, 1));
    history_.SubmitAgain(run_);
    history_.Read("reader", run_);
  }

  RunLook& LookOf(const std::string& run) {
    for (Event& event : history_.events) {
      auto* look = std::get_if<RunLook>(&event.body);
      if (look != nullptr && look->run_id == run) return *look;
    }
    return history_.Last<RunLook>();
  }
  Conversation& State() { return history_.Last<ConversationLook>().state; }

  MadeUpHistory history_;
  std::string run_;
  std::string other_;
};

TEST_F(CheckerRunTest, ItIsGoodToBeginWith) {
  history_.Finish();
  EXPECT_EQ(FoundIn(history_), "");
}

TEST_F(CheckerRunTest, ARequestBecomesAnotherRun) {
  history_.Finish();
  history_.Last<Submit>().run = other_;
  EXPECT_TRUE(Finds(history_, rule::kRequestTwice));
  EXPECT_TRUE(Finds(history_, rule::kRunShared));
}

TEST_F(CheckerRunTest, ARequestIsAcceptedAnewWithoutAPowerLoss) {
  history_.Finish();
  auto& again = history_.Last<Submit>();
  again.accept_time_ms = absl::ToUnixMillis(again.sent) + 1;
  EXPECT_TRUE(Finds(history_, rule::kRequestTwice));
}

TEST_F(CheckerRunTest, ARepeatedRequestHasAnotherCursor) {
  history_.Finish();
  history_.Last<Submit>().cursor = {1'800'000'000'001, 2001};
  EXPECT_TRUE(Finds(history_, rule::kRequestTwice));
}

TEST_F(CheckerRunTest, AnAcceptedRunIsUnknownInTheEnd) {
  history_.Finish();
  LookOf(run_).outcome = {absl::StatusCode::kNotFound, "RUN_NOT_FOUND", ""};
  EXPECT_TRUE(Finds(history_, rule::kLostRun));
  EXPECT_TRUE(Finds(history_, rule::kLossWithoutCause));
}

TEST_F(CheckerRunTest, ARunHasNotEnded) {
  history_.Finish();
  LookOf(run_).run.state = RunState::kRunning;
  EXPECT_TRUE(Finds(history_, rule::kStuckRun));
}

TEST_F(CheckerRunTest, AConversationIsStillAtWork) {
  history_.Finish();
  State().queued_runs = 1;
  EXPECT_TRUE(Finds(history_, rule::kStuckRun));
}

TEST_F(CheckerRunTest, ARunEndedByItsRecordOnly) {
  const std::string third = history_.Submit(kSteady, Pieces(2));
  history_.Attempt(third);
  history_.Say(third, 2);
  history_.Finish();
  LookOf(third).run.state = RunState::kCompleted;
  EXPECT_TRUE(Finds(history_, rule::kNoEnd));
}

TEST_F(CheckerRunTest, ARunEndsTwice) {
  history_.Complete(other_);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kTwoEnds));
}

TEST_F(CheckerRunTest, AReaderSawAnotherEnd) {
  history_.Finish();
  auto at = history_.ChunksOf("reader").back();
  history_.chunk(at).id.ms += 1;
  EXPECT_TRUE(Finds(history_, rule::kTwoEnds));
}

TEST_F(CheckerRunTest, ARunFailsThoughNothingWasToFail) {
  const std::string third = history_.Submit(kSteady, Pieces(2));
  history_.Attempt(third);
  history_.Fail(third, "AGENT_ERROR");
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kWrongEnd));
}

TEST_F(CheckerRunTest, AttemptsAreUsedUpThoughNothingDied) {
  const std::string third = history_.Submit(kSteady, Pieces(2));
  history_.Attempt(third);
  history_.Fail(third, "ATTEMPTS_EXHAUSTED");
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kWrongEnd));
  // And even so there were not enough of them.
  history_.facts.attempts_may_run_out = true;
  EXPECT_TRUE(Finds(history_, rule::kWrongEnd));
  history_.facts.max_attempts = 1;
  EXPECT_EQ(FoundIn(history_), "");
}

TEST_F(CheckerRunTest, GetRunToldOfAnEndThatWasNone) {
  history_.Finish();
  RunLook early = LookOf(run_);
  early.final_look = false;
  history_.Add(early);
  EXPECT_EQ(FoundIn(history_), "");
  history_.Last<RunLook>().run.last_id.ms -= 1;
  EXPECT_TRUE(Finds(history_, rule::kTwoEnds));
}

TEST_F(CheckerRunTest, ARunStandsStill) {
  history_.facts.patience = absl::Seconds(20);
  const std::string third = history_.Submit(kSteady, Pieces(2));
  history_.Attempt(third);
  history_.Say(third, 1);
  history_.Wait(absl::Seconds(30));
  const absl::Time until = history_.now();
  history_.Say(third, 1);
  history_.Complete(third);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kStoodStill));
  history_.facts.disturbances = {
      {until - absl::Seconds(25), until - absl::Seconds(20)},
      {until - absl::Seconds(22), until - absl::Seconds(10)}};
  EXPECT_EQ(FoundIn(history_), "");
}

TEST_F(CheckerRunTest, ARunWaitsTooLongToBegin) {
  history_.facts.patience = absl::Seconds(20);
  const std::string third = history_.Submit(kSteady, Pieces(1));
  history_.Wait(absl::Seconds(30));
  history_.Attempt(third);
  history_.Say(third, 1);
  history_.Complete(third);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kStoodStill));
}

TEST_F(CheckerRunTest, ARunIsCancelledThoughNobodyAsked) {
  const std::string third = history_.Submit(kSteady, Pieces(2));
  history_.Attempt(third);
  history_.EndCancelled(third);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kWrongEnd));
}

TEST_F(CheckerRunTest, ARunCompletesThoughItWasToFail) {
  RunPlan plan = Pieces(2);
  plan.refuse = 1;
  history_.WholeRun(kFlaky, plan);
  history_.Finish();
  EXPECT_TRUE(Finds(history_, rule::kWrongEnd));
}

TEST_F(CheckerRunTest, TheRecordSaysOtherThanTheLog) {
  history_.Finish();
  const RunRecord good = LookOf(run_).run;
  const auto found_with = [&](auto damage) {
    LookOf(run_).run = good;
    damage(LookOf(run_).run);
    return Finds(history_, rule::kRecordDiffers);
  };
  EXPECT_FALSE(found_with([](RunRecord&) {}));
  EXPECT_TRUE(found_with([](RunRecord& run) { ++run.chunk_count; }));
  EXPECT_TRUE(found_with([](RunRecord& run) { ++run.attempt; }));
  EXPECT_TRUE(found_with([](RunRecord& run) { run.attempt = 0; }));
  EXPECT_TRUE(found_with([](RunRecord& run) { run.last_id.ms += 1; }));
  EXPECT_TRUE(found_with([](RunRecord& run) { run.first_id.ms += 1; }));
  EXPECT_TRUE(found_with([](RunRecord& run) { run.usage.output_tokens = 7; }));
  EXPECT_TRUE(
      found_with([](RunRecord& run) { run.state = RunState::kFailed; }));
}

TEST_F(CheckerRunTest, AReaderHoldsAnotherText) {
  history_.Finish();
  // One in which nobody but this reader is wrong: as if its chunk had been
  // swallowed together with the numbers.
  const auto seen = history_.ChunksOf("reader");
  std::get<TextPiece>(history_.chunk(seen[1]).content).text = "";
  EXPECT_TRUE(Finds(history_, rule::kReadersDiffer));
}

TEST_F(CheckerRunTest, WhoSawALostAttemptHoldsLessOfAFailedRun) {
  const std::string run = history_.Submit(kShifting, Pieces(4));
  history_.Attempt(run);
  history_.Say(run, 2);
  const std::string said = history_.last_id();
  history_.Attempt(run);  // nothing stands
  history_.Read("reader", run);
  history_.LosePower(1);
  history_.Attempt(run, said);
  history_.Fail(run, "ATTEMPTS_EXHAUSTED");
  history_.Read("reader", run);
  history_.facts.attempts_may_run_out = true;
  history_.facts.max_attempts = 1;
  history_.Finish();
  EXPECT_FALSE(Finds(history_, rule::kReadersDiffer));
  history_.facts.power_losses.clear();
  EXPECT_TRUE(Finds(history_, rule::kReadersDiffer));
}

}  // namespace
}  // namespace agent::chaos
