// Statuses that no client should see, and keys that should not be there.
#include <gtest/gtest.h>

#include <string>

#include "tests/chaos/history/made_up_history.h"
#include "tests/chaos/history/rules.h"

namespace agent::chaos {
namespace {

using absl::StatusCode;

class CheckerCallTest : public ::testing::Test {
 protected:
  CheckerCallTest() {
    RunPlan plan;
    plan.pieces = 4;
    run_ = history_.WholeRun(kSteady, plan);
    // Left in the middle.
    const auto& log = history_.log();
    history_.ReadThese("reader", run_, {log[0], log[1], log[2]}, "");
    cut_ = history_.events.size() - 1;
    history_.Finish();
  }

  void EndWith(StatusCode code, const std::string& reason,
               const std::string& message = "") {
    auto& end = std::get<StreamEnd>(history_.events[cut_].body);
    end.outcome = {code, reason, message};
    end.leave = Leave::kNot;
  }
  // A power loss that takes what was written in the last second before `when`.
  void LosePower(absl::Time when) {
    history_.facts.power_losses.push_back(
        {when - absl::Seconds(1), when, when + absl::Milliseconds(100)});
  }
  RedisKey& Key(size_t number) { return history_.facts.audit.keys[number]; }

  MadeUpHistory history_;
  std::string run_;
  size_t cut_ = 0;
};

TEST_F(CheckerCallTest, WhatPassesIsTriedAgain) {
  for (const char* reason : {"", "STORE_UNAVAILABLE", "DRAINING"}) {
    EndWith(StatusCode::kUnavailable, reason);
    EXPECT_EQ(FoundIn(history_), "") << reason;
  }
  history_.facts.undisturbed = true;
  EXPECT_TRUE(Finds(history_, rule::kStatus));
}

TEST_F(CheckerCallTest, UnexpectedStatusesAreFound) {
  for (const StatusCode code :
       {StatusCode::kInternal, StatusCode::kUnknown, StatusCode::kAborted,
        StatusCode::kFailedPrecondition, StatusCode::kResourceExhausted,
        // gRPC's own, of a server that is shut down without refusing first.
        StatusCode::kCancelled}) {
    EndWith(code, "");
    EXPECT_TRUE(Finds(history_, rule::kStatus)) << code;
  }
  EndWith(StatusCode::kOutOfRange, "CURSOR_TRIMMED");
  EXPECT_TRUE(Finds(history_, rule::kStatus));
  EndWith(StatusCode::kInvalidArgument, "CURSOR_FOREIGN");
  EXPECT_TRUE(Finds(history_, rule::kStatus));
  EndWith(StatusCode::kUnavailable, "LEASE_LOST");
  EXPECT_TRUE(Finds(history_, rule::kStatus));
}

TEST_F(CheckerCallTest, DataLossNeedsAPowerLoss) {
  EndWith(StatusCode::kDataLoss, "CURSOR_LOST");
  EXPECT_TRUE(Finds(history_, rule::kLossWithoutCause));
  LosePower(history_.events[cut_].at);
  EXPECT_FALSE(Finds(history_, rule::kLossWithoutCause));
}

TEST_F(CheckerCallTest, DataLossNeedsAPowerLossOfThatMoment) {
  EndWith(StatusCode::kDataLoss, "CURSOR_LOST");
  LosePower(history_.events[cut_].at + absl::Seconds(2));
  EXPECT_TRUE(Finds(history_, rule::kLossWithoutCause));
  history_.facts.power_losses.clear();
  LosePower(history_.events[0].at - absl::Seconds(2));
  EXPECT_TRUE(Finds(history_, rule::kLossWithoutCause));
}

// Who waits for a run stands behind what others said.
TEST_F(CheckerCallTest, AReaderOfOneRunMayLoseAPlaceThatItWasNotTold) {
  EndWith(StatusCode::kDataLoss, "CURSOR_LOST");
  const absl::Time end = history_.events[cut_].at;
  history_.facts.power_losses.push_back(
      {end - absl::Milliseconds(5), end, end + absl::Milliseconds(1)});
  auto& seen = history_.chunk(cut_ - 1);
  seen.id.ms -= 2000;
  EXPECT_FALSE(Finds(history_, rule::kLossWithoutCause));
  std::get<StreamOpen>(history_.events[cut_ - 4].body).run.clear();
  EXPECT_TRUE(Finds(history_, rule::kLossWithoutCause));
}

TEST_F(CheckerCallTest, NotFoundNeedsALostAcceptance) {
  for (const char* reason : {"RUN_NOT_FOUND", "CONVERSATION_NOT_FOUND"}) {
    history_.facts.power_losses.clear();
    EndWith(StatusCode::kNotFound, reason);
    EXPECT_TRUE(Finds(history_, rule::kLossWithoutCause)) << reason;
    LosePower(history_.events[0].at + absl::Milliseconds(1));
    EXPECT_FALSE(Finds(history_, rule::kLossWithoutCause)) << reason;
  }
}

TEST_F(CheckerCallTest, NotFoundMayComeOfADelete) {
  EndWith(StatusCode::kNotFound, "CONVERSATION_NOT_FOUND");
  history_.Add(Delete{history_.events[0].at, 0, "c", {}});
  EXPECT_FALSE(Finds(history_, rule::kLossWithoutCause));
}

TEST_F(CheckerCallTest, StatusesOfOtherCallsAreLookedAt) {
  history_.Last<RunLook>().final_look = false;
  history_.Last<RunLook>().outcome = {StatusCode::kInternal, "", ""};
  EXPECT_TRUE(Finds(history_, rule::kStatus));
}

TEST_F(CheckerCallTest, ASubmitIsRefused) {
  Submit refused = history_.Last<Submit>();
  refused.outcome = {StatusCode::kAlreadyExists, "REQUEST_ID_REUSED", ""};
  history_.Add(refused);
  EXPECT_TRUE(Finds(history_, rule::kStatus));
}

TEST_F(CheckerCallTest, ACancelFindsNoRun) {
  history_.CancelRun(run_, RunState::kCompleted);
  history_.Last<Cancel>().outcome = {StatusCode::kNotFound, "RUN_NOT_FOUND",
                                     ""};
  EXPECT_TRUE(Finds(history_, rule::kLossWithoutCause));
}

TEST_F(CheckerCallTest, AnErrorTellsOfRedis) {
  EndWith(StatusCode::kUnavailable, "STORE_UNAVAILABLE",
          "cannot write agent-stream:c");
  EXPECT_TRUE(Finds(history_, rule::kLeak));
}

TEST_F(CheckerCallTest, AKeyHasNoExpiry) {
  Key(1).ttl_ms = -1;
  EXPECT_TRUE(Finds(history_, rule::kNoExpiry));
}

TEST_F(CheckerCallTest, AKeyIsNobodys) {
  Key(1).name = "{agent-stream:c}:z";
  EXPECT_TRUE(Finds(history_, rule::kUnknownKey));
  Key(1).name = "something";
  EXPECT_TRUE(Finds(history_, rule::kUnknownKey));
}

TEST_F(CheckerCallTest, WhatWasDeletedIsStillRead) {
  history_.facts.audit = {};
  history_.Add(Delete{history_.now(), 0, "c", {}});
  EXPECT_EQ(FoundIn(history_), "");
  history_.Read("late", run_);
  EXPECT_TRUE(Finds(history_, rule::kDeletedLives));
}

TEST_F(CheckerCallTest, WhatWasDeletedIsStillThere) {
  history_.Add(Delete{history_.now(), 0, "c", {}});
  EXPECT_TRUE(Finds(history_, rule::kDeletedLives));
}

}  // namespace
}  // namespace agent::chaos
