// What the writer does by itself: it looks when it is told that something
// happened, and ends a run whose agent does not return.
#include <future>

#include "lib/base/error.h"
#include "lib/runtime/unheeded_stop.h"
#include "tests/runtime/writer_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Kind = AppendOutcome::Kind;
using Pending = ScriptedRunStore::Pending;

class UnattendedEndTest : public WriterFixture {
 protected:
  static RunEnd TimedOut() {
    return *EndOfStopped(absl::DeadlineExceededError("its time is over"));
  }
  bool EndUnattended(RunEnd end) {
    return writer_->EndUnattended(std::move(end), [this] { ended_ = true; });
  }
  std::future<absl::Status> FinishAsync(RunEnd end) {
    return std::async(std::launch::async, [this, end] {
      return writer_->Finish(end, std::nullopt);
    });
  }

  std::atomic<bool> ended_{false};
};

TEST_F(UnattendedEndTest, ALookAsksTheStoreAtOnce) {
  StartWriting();
  EXPECT_FALSE(store_.HasNext());
  writer_->LookNow();
  Pending look = store_.Next();
  EXPECT_THAT(look.request.chunks, IsEmpty());
  store_.AskCancel();
  store_.Store(std::move(look));
  EXPECT_THAT(stop_->status(), StatusIs(absl::StatusCode::kCancelled));
}

// What is on its way may have been executed before what there is to be seen.
TEST_F(UnattendedEndTest, ALookDuringAnAppendAsksOnceMoreAfterIt) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending append = store_.Next();
  writer_->LookNow();
  writer_->LookNow();
  store_.Store(std::move(append));
  Pending look = store_.Next();
  EXPECT_THAT(look.request.chunks, IsEmpty());
  store_.Store(std::move(look));
  EXPECT_FALSE(store_.HasNext());
}

TEST_F(UnattendedEndTest, NothingIsLookedForOnceTheRunIsOver) {
  StartWriting();
  writer_->Close();
  writer_->LookNow();
  EXPECT_FALSE(store_.HasNext());
}

TEST_F(UnattendedEndTest, TheRunEndsWithoutItsAgent) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending append = store_.Next();
  stop_->Stop(absl::DeadlineExceededError("its time is over"));
  ASSERT_TRUE(EndUnattended(TimedOut()));
  EXPECT_FALSE(EndUnattended(TimedOut()));
  store_.Store(std::move(append));
  EXPECT_FALSE(ended_);
  store_.Store(store_.Next());
  EXPECT_TRUE(ended_);
  EXPECT_EQ(store_.end()->failed.reason, "RUN_TIMEOUT");
  // The agent returns after all: its end is this one.
  EXPECT_THAT(Say("late"), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_OK(writer_->Finish(TimedOut(), std::nullopt));
  EXPECT_FALSE(store_.HasNext());
  EXPECT_TRUE(writer_->Close());
}

TEST_F(UnattendedEndTest, AnAgentThatReturnsMeanwhileWaitsForThatEnd) {
  StartWriting();
  stop_->Stop(absl::DeadlineExceededError("its time is over"));
  ASSERT_TRUE(EndUnattended(TimedOut()));
  auto finishing = FinishAsync(TimedOut());
  Pending end = store_.Next();
  store_.Store(std::move(end));
  EXPECT_OK(finishing.get());
  EXPECT_FALSE(store_.HasNext());
}

TEST_F(UnattendedEndTest, ACancellationThatComesMeanwhileIsFollowed) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending append = store_.Next();
  stop_->Stop(absl::DeadlineExceededError("its time is over"));
  ASSERT_TRUE(EndUnattended(TimedOut()));
  store_.Answer(std::move(append), Kind::kCancel);
  store_.Store(store_.Next());
  EXPECT_EQ(store_.end()->state, RunState::kCancelled);
  EXPECT_THAT(writer_->Finish(TimedOut(), std::nullopt),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_OK(writer_->Finish(Cancelled(), std::nullopt));
}

TEST_F(UnattendedEndTest, AnAttemptThatWasFencedMeanwhileEndsNothing) {
  StartWriting();
  stop_->Stop(absl::CancelledError("cancelled"));
  ASSERT_TRUE(EndUnattended(Cancelled()));
  store_.Answer(store_.Next(), Kind::kFenced);
  EXPECT_FALSE(ended_);
  EXPECT_THAT(writer_->Finish(Cancelled(), std::nullopt),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_FALSE(writer_->Close());
}

TEST_F(UnattendedEndTest, WhatTheAgentEndsItselfIsLeftToIt) {
  StartWriting();
  auto finishing = FinishAsync(Completed());
  Pending end = store_.Next();
  EXPECT_FALSE(EndUnattended(TimedOut()));
  store_.Store(std::move(end));
  EXPECT_OK(finishing.get());
  EXPECT_EQ(store_.end()->state, RunState::kCompleted);
  EXPECT_FALSE(ended_);
}

TEST_F(UnattendedEndTest, ARunThatGoesOnElsewhereIsNotEnded) {
  for (const absl::Status& why :
       {StoreUnavailable("draining"), absl::AbortedError("passed on")}) {
    EXPECT_FALSE(EndOfStopped(why).has_value());
  }
}

// The reply was lost, and then the store lost what it had answered: readers
// have seen a number that the cancelled end would take.
TEST_F(UnattendedEndTest, ACancelledEndAfterAnUntoldLossIsLedByItsAttempt) {
  StartWriting();
  ASSERT_OK(Say("seen, but never acknowledged"));
  store_.StoreAndLoseReply(store_.Next());
  store_.Truncate(1, 1);
  store_.AskCancel();
  store_.Store(store_.Next());  // CANCEL
  auto ending = FinishAsync(Cancelled());
  Pending end = store_.Next();
  EXPECT_EQ(end.request.sequence, 1);
  EXPECT_THAT(end.request.chunks,
              ElementsAre(ChunkContent(AttemptStarted{""})));
  store_.Store(std::move(end));
  EXPECT_OK(ending.get());
  EXPECT_EQ(store_.entries().size(), 2u);
}

// Nothing was lost but the reply: the store has the chunk already and passes
// over that entry, and nobody is told of it.
TEST_F(UnattendedEndTest, AfterALostReplyAloneNoAttemptLeadsTheEnd) {
  StartWriting();
  ASSERT_OK(Say("a"));
  store_.StoreAndLoseReply(store_.Next());
  store_.AskCancel();
  store_.Store(store_.Next());  // CANCEL
  auto ending = FinishAsync(Cancelled());
  store_.Store(store_.Next());
  EXPECT_OK(ending.get());
  EXPECT_EQ(store_.text(), "a");
  int beginnings = 0;
  for (const ChunkPtr& chunk : callback_.updates()) {
    if (chunk->IsAttemptStarted()) ++beginnings;
  }
  EXPECT_EQ(beginnings, 1);
}

}  // namespace
}  // namespace agent::testing
