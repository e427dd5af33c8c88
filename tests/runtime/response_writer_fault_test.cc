// What the writer does when the store refuses, forgets or is silent. The test
// decides each append's outcome.
#include <future>

#include "lib/base/error.h"
#include "lib/runtime/response_writer.h"
#include "tests/runtime/writer_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Kind = AppendOutcome::Kind;
using Pending = ScriptedRunStore::Pending;

class ResponseWriterFaultTest : public WriterFixture {
 protected:
  std::future<absl::Status> FinishAsync(RunEnd end) {
    return std::async(std::launch::async, [this, end] {
      return writer_->Finish(end, std::nullopt);
    });
  }
};

TEST_F(ResponseWriterFaultTest, FencedStopsTheAttemptAndSendsNothingMore) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending first = store_.Next();
  ASSERT_OK(Say("b"));
  store_.Answer(std::move(first), Kind::kFenced);
  EXPECT_THAT(stop_->status(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(stop_->status(), HasReason(reason::kLeaseLost));
  EXPECT_THAT(Say("c"), HasReason(reason::kLeaseLost));
  EXPECT_THAT(writer_->AwaitStored(), HasReason(reason::kLeaseLost));
  EXPECT_THAT(writer_->Finish(Completed(), std::nullopt),
              HasReason(reason::kLeaseLost));
  EXPECT_FALSE(store_.HasNext());
}

TEST_F(ResponseWriterFaultTest, NoAppendMayWaitUntilTheLeaseHasPassedOn) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending first = store_.Next();
  const absl::Duration patience = first.request.patience;
  EXPECT_GT(patience, absl::ZeroDuration());
  EXPECT_LT(patience, limits_.lease);
  store_.Lose(std::move(first));
  Pending again = store_.Next();
  EXPECT_LT(again.request.patience, patience);
  store_.Store(std::move(again));
}

TEST_F(ResponseWriterFaultTest, AConversationThatIsGoneStopsTheAttempt) {
  StartWriting();
  ASSERT_OK(Say("a"));
  store_.Answer(store_.Next(), Kind::kLost);
  EXPECT_THAT(Say("b"), HasReason(reason::kLeaseLost));
}

TEST_F(ResponseWriterFaultTest, ACancelledRunEndsSoAndSaysNothingMore) {
  StartWriting();
  store_.AskCancel();
  ASSERT_OK(Say("a"));
  Pending first = store_.Next();
  ASSERT_OK(Say("b"));
  store_.Store(std::move(first));  // the model answers CANCEL
  EXPECT_THAT(Say("c"), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_FALSE(store_.HasNext());
  auto ending = FinishAsync(Cancelled());
  Pending end = store_.Next();
  EXPECT_THAT(end.request.chunks, IsEmpty());
  EXPECT_EQ(end.request.sequence, 1);
  store_.Store(std::move(end));
  EXPECT_OK(ending.get());
  EXPECT_EQ(store_.end()->state, RunState::kCancelled);
  EXPECT_EQ(store_.text(), "");
}

TEST_F(ResponseWriterFaultTest, ACancelThatMeetsTheEndIsTold) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending first = store_.Next();
  auto ending = FinishAsync(Completed());
  store_.Answer(std::move(first), Kind::kCancel);
  EXPECT_THAT(ending.get(), StatusIs(absl::StatusCode::kCancelled));
  auto cancelled = FinishAsync(Cancelled());
  store_.Store(store_.Next());
  EXPECT_OK(cancelled.get());
  EXPECT_EQ(store_.end()->state, RunState::kCancelled);
}

TEST_F(ResponseWriterFaultTest, ACancelThatMeetsTheEndOfAStoppedRunIsTold) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending first = store_.Next();
  stop_->Stop(absl::DeadlineExceededError("the run's time is over"));
  auto ending = FinishAsync(Completed());
  store_.Answer(std::move(first), Kind::kCancel);
  EXPECT_THAT(ending.get(), StatusIs(absl::StatusCode::kCancelled));
  auto cancelled = FinishAsync(Cancelled());
  store_.Store(store_.Next());
  EXPECT_OK(cancelled.get());
}

TEST_F(ResponseWriterFaultTest, ACancelledEndSurvivesALostReplyAndALostTail) {
  StartWriting();
  ASSERT_OK(Say("a"));
  store_.Store(store_.Next());
  store_.AskCancel();
  ASSERT_OK(Say("b"));
  store_.Store(store_.Next());
  auto ending = FinishAsync(Cancelled());
  store_.Lose(store_.Next());
  store_.Truncate(0, 1);
  store_.Store(store_.Next());  // GAP
  store_.Store(store_.Next());
  EXPECT_OK(ending.get());
  EXPECT_EQ(store_.end()->state, RunState::kCancelled);
}

// Or its end would have a number that readers have seen: a repeat to them.
TEST_F(ResponseWriterFaultTest, ACancelledEndAfterALostTailIsLedByItsAttempt) {
  StartWriting();
  for (const char* piece : {"a", "b"}) {
    ASSERT_OK(Say(piece));
    store_.Store(store_.Next());
  }
  store_.Truncate(2, 1);  // the attempt and a are left
  store_.AskCancel();
  ASSERT_OK(Say("c"));
  store_.Store(store_.Next());  // CANCEL
  auto ending = FinishAsync(Cancelled());
  store_.Store(store_.Next());  // GAP
  Pending end = store_.Next();
  EXPECT_THAT(end.request.chunks,
              ElementsAre(ChunkContent(AttemptStarted{""})));
  EXPECT_TRUE(end.request.end.has_value());
  store_.Store(std::move(end));
  EXPECT_OK(ending.get());
}

TEST_F(ResponseWriterFaultTest, ARunThatIsCancelledAtOnceBeginsAllTheSame) {
  RunAssignment assignment = FirstAttempt();
  assignment.standing = {7, 5001};
  store_.AskCancel();
  Start(assignment);
  store_.Store(store_.Next());  // CANCEL
  auto ending = FinishAsync(Cancelled());
  Pending end = store_.Next();
  EXPECT_THAT(end.request.chunks,
              ElementsAre(ChunkContent(AttemptStarted{"7-5001"})));
  EXPECT_TRUE(end.request.end.has_value());
  store_.Store(std::move(end));
  EXPECT_OK(ending.get());
}

TEST_F(ResponseWriterFaultTest, AnEndAfterALostReplyHasItsOwnSequence) {
  StartWriting();
  ASSERT_OK(Say("a"));
  store_.StoreAndLoseReply(store_.Next());
  store_.AskCancel();
  store_.Store(store_.Next());  // CANCEL
  auto ending = FinishAsync(Cancelled());
  store_.Store(store_.Next());
  EXPECT_OK(ending.get());
  EXPECT_EQ(stored().back()->sequence, 2);  // after the attempt and a
}

TEST_F(ResponseWriterFaultTest, ALostTailIsWrittenAgain) {
  StartWriting();
  for (const char* piece : {"a", "b", "c"}) {
    ASSERT_OK(Say(piece));
    store_.Store(store_.Next());
  }
  store_.Truncate(2, 1);  // the attempt and a are left
  ASSERT_OK(Say("d"));
  store_.Store(store_.Next());  // GAP
  Pending again = store_.Next();
  EXPECT_EQ(again.request.sequence, 2);
  EXPECT_THAT(Texts(again.request.chunks), ElementsAre("b", "c", "d"));
  store_.Store(std::move(again));
  EXPECT_EQ(store_.text(), "abcd");
  EXPECT_OK(stop_->status());
  // Each chunk is told once to the callback, and again to readers.
  EXPECT_THAT(callback_.updates(), SizeIs(5));
  EXPECT_THAT(stored(), SizeIs(7));
}

TEST_F(ResponseWriterFaultTest, ALostStepIsWrittenAgain) {
  StartWriting();
  ASSERT_OK(Say("a"));
  store_.Store(store_.Next());
  ASSERT_OK(writer_->AddStep({}, "step one"));
  store_.Store(store_.Next());
  store_.Truncate(2, 1);  // only the step is lost
  ASSERT_OK(writer_->AddStep({}, "step two"));
  store_.Store(store_.Next());  // GAP
  Pending again = store_.Next();
  EXPECT_EQ(again.request.step, "step one");
  EXPECT_EQ(again.request.step_index, 1);
  store_.Store(std::move(again));
  store_.Store(store_.Next());
  EXPECT_THAT(store_.steps(), ElementsAre("step one", "step two"));
}

TEST_F(ResponseWriterFaultTest, AHeartbeatFindsALostTailToo) {
  limits_.lease = absl::Milliseconds(900);
  StartWriting();
  ASSERT_OK(Say("a"));
  store_.Store(store_.Next());
  store_.Truncate(1, 1);
  Pending heartbeat = store_.Next();
  EXPECT_THAT(heartbeat.request.chunks, IsEmpty());
  store_.Store(std::move(heartbeat));  // GAP
  store_.Store(store_.Next());
  EXPECT_EQ(store_.text(), "a");
}

TEST_F(ResponseWriterFaultTest, AskedForMoreThanIsKeptItGivesTheRunBack) {
  limits_.max_run_bytes = 64 << 20;
  StartWriting();
  for (int i = 0; i < 20; ++i) {
    ASSERT_OK(Say(std::string(256 << 10, 'x')));
    store_.Store(store_.Next());
  }
  store_.Truncate(1, 1);
  ASSERT_OK(Say("more"));
  store_.Store(store_.Next());  // GAP
  EXPECT_THAT(stop_->status(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(store_.HasNext());
}

TEST_F(ResponseWriterFaultTest, TheLeaseIsKeptAliveWhileNothingIsSaid) {
  limits_.lease = absl::Milliseconds(600);
  StartWriting();
  for (int i = 0; i < 5; ++i) {
    Pending heartbeat = store_.Next();
    EXPECT_THAT(heartbeat.request.chunks, IsEmpty());
    EXPECT_EQ(heartbeat.request.sequence, 1);
    EXPECT_EQ(heartbeat.request.step_index, 1);
    store_.Store(std::move(heartbeat));
  }
  EXPECT_OK(stop_->status());
}

TEST_F(ResponseWriterFaultTest, WithoutAnAnswerForAlmostALeaseItStopsItself) {
  limits_.lease = absl::Milliseconds(400);
  StartWriting();
  Pending unanswered = store_.Next();
  ASSERT_TRUE(Eventually([&] { return !stop_->status().ok(); }));
  EXPECT_THAT(stop_->status(), HasReason(reason::kLeaseLost));
  // The late answer changes nothing, and nothing more is sent.
  store_.Store(std::move(unanswered));
  EXPECT_THAT(Say("late"), HasReason(reason::kLeaseLost));
  EXPECT_FALSE(writer_->Close());
  EXPECT_FALSE(store_.HasNext());
}

// BEGIN's first reply was lost; its repetition does not renew the lease.
TEST_F(ResponseWriterFaultTest, ALeaseThatBeganEarlierEndsEarlier) {
  limits_.lease = absl::Minutes(10);
  RunAssignment assignment = FirstAttempt();
  assignment.lease_age_ms = absl::ToInt64Milliseconds(limits_.lease) - 2100;
  Start(assignment);
  Pending unanswered = store_.Next();
  ASSERT_TRUE(Eventually([&] { return !stop_->status().ok(); }));
  EXPECT_THAT(stop_->status(), HasReason(reason::kLeaseLost));
}

// As after a sleep: nothing is sent before the attempt notices.
TEST_F(ResponseWriterFaultTest, NothingIsSentWhenTheLeaseMayHavePassedOn) {
  RunAssignment assignment = FirstAttempt();
  assignment.lease_age_ms = absl::ToInt64Milliseconds(limits_.lease);
  Start(assignment);
  ASSERT_TRUE(Eventually([&] { return !stop_->status().ok(); }));
  EXPECT_THAT(stop_->status(), HasReason(reason::kLeaseLost));
  EXPECT_FALSE(store_.HasNext());
}

TEST_F(ResponseWriterFaultTest, LostRepliesAreRetriedOnlyWithinTheLease) {
  limits_.lease = absl::Milliseconds(400);
  StartWriting();
  ASSERT_OK(Say("a"));
  while (stop_->status().ok()) {
    if (store_.HasNext()) store_.Lose(store_.Next());
  }
  EXPECT_THAT(stop_->status(), HasReason(reason::kLeaseLost));
}

TEST_F(ResponseWriterFaultTest, AFullStoreIsWaitedForWithItsLeaseHeld) {
  limits_.lease = absl::Milliseconds(300);
  StartWriting();
  ASSERT_OK(Say("a"));
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
  while (std::chrono::steady_clock::now() < until) {
    Pending pending = store_.Next();
    std::exchange(pending.done, nullptr)(MakeError(
        absl::StatusCode::kResourceExhausted, "full",
        {.reason = reason::kStoreFull, .metadata = {}, .retry_after = {}}));
  }
  EXPECT_OK(stop_->status());
  store_.Store(store_.Next());
  EXPECT_EQ(store_.text(), "a");
}

TEST_F(ResponseWriterFaultTest, AnEndWhoseReplyWasLostIsFound) {
  StartWriting();
  auto ending = FinishAsync(Completed());
  store_.StoreAndLoseReply(store_.Next());
  store_.Store(store_.Next());
  EXPECT_OK(ending.get());
  EXPECT_TRUE(writer_->Close());
}

}  // namespace
}  // namespace agent::testing
