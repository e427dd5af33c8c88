// BEGIN, APPEND and RELEASE: who may write to a run, and what is written.
#include <future>

#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using Kind = BeginOutcome::Kind;
using Said = AppendOutcome::Kind;
using ::testing::ElementsAre;

class RunLeaseTest : public StoreTest {};

TEST_F(RunLeaseTest, ARunIsAcceptedTakenWrittenAndEnded) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  EXPECT_EQ(run.run_id, "r1");
  EXPECT_EQ(run.agent, kAgent);
  EXPECT_EQ(run.message, "message of r1");
  EXPECT_EQ(run.attempt, 1);
  EXPECT_EQ(run.next_sequence, 0);
  EXPECT_EQ(run.next_step, 1);
  EXPECT_TRUE(run.standing.IsZero());
  EXPECT_EQ(Start(run).next_sequence, 1);
  const AppendOutcome said = Say(run, 1, {"one", "two"});
  EXPECT_EQ(said.kind, Said::kOk);
  EXPECT_EQ(said.next_sequence, 3);
  EXPECT_EQ(said.written, 2);
  EXPECT_EQ(said.write_time_ms, now_ms());
  EXPECT_EQ(Step(run, 3, 1, "onetwo").next_step, 2);
  const AppendOutcome ended = End(run, 3, RunState::kCompleted);
  EXPECT_EQ(ended.kind, Said::kOk);
  EXPECT_EQ(ended.queue_length, 0);

  const LogPage page = ReadAll();
  ASSERT_EQ(page.entries.size(), 4u);
  EXPECT_TRUE(page.entries[0]->IsAttemptStarted());
  EXPECT_THAT(Texts(page), ElementsAre("one", "two"));
  EXPECT_EQ(page.entries[3]->content,
            ChunkContent(RunCompleted{{3, 4}, 5, "abc"}));
  for (size_t i = 0; i < page.entries.size(); ++i) {
    EXPECT_EQ(page.entries[i]->id.number(), static_cast<int64_t>(i + 1));
    EXPECT_EQ(page.entries[i]->sequence, static_cast<int64_t>(i));
    EXPECT_EQ(page.entries[i]->attempt, 1);
    EXPECT_EQ(page.entries[i]->run_id, "r1");
  }
  const auto stored = GetRun("r1");
  ASSERT_OK(stored);
  EXPECT_EQ(stored->state, RunState::kCompleted);
  EXPECT_EQ(stored->last_id, ended.last_id);
  EXPECT_EQ(stored->first_id, page.entries[0]->id);
  EXPECT_EQ(stored->chunk_count, 4);
  EXPECT_EQ(stored->usage, (Usage{3, 4}));
}

TEST_F(RunLeaseTest, ARepeatedBeginTellsHowOldTheLeaseIs) {
  ASSERT_OK(Admit("r1"));
  EXPECT_EQ(Take("t1").lease_age_ms, 0);
  Advance(absl::Seconds(4));
  EXPECT_EQ(Take("t1").lease_age_ms, 4000);
  Advance(-absl::Hours(1));
  EXPECT_EQ(Take("t1").lease_age_ms, 0);
}

TEST_F(RunLeaseTest, OnlyOneWorkerHoldsARun) {
  ASSERT_OK(Admit("r1"));
  Take("t1");
  const auto other = Begin("t2");
  ASSERT_OK(other);
  EXPECT_EQ(other->kind, Kind::kBusy);
  EXPECT_EQ(other->retry_after, absl::Seconds(15));
}

TEST_F(RunLeaseTest, TheSameTokenGetsTheSameRunAgain) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment first = Take("t1");
  Start(first);
  const RunAssignment again = Take("t1");
  EXPECT_EQ(again.attempt, 1);
  EXPECT_EQ(again.next_sequence, 1);
}

TEST_F(RunLeaseTest, AHeartbeatRenewsTheLease) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Advance(absl::Seconds(10));
  EXPECT_EQ(Send(Append(run))->kind, Said::kOk);
  Advance(absl::Seconds(10));
  EXPECT_EQ(Begin("t2")->kind, Kind::kBusy);
}

TEST_F(RunLeaseTest, AWorkerWhoseLeasePassedOnIsFenced) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment old = Take("t1");
  Start(old);
  Say(old, 1, {"a"});
  Advance(absl::Seconds(16));
  const RunAssignment taken = Take("t2");
  EXPECT_EQ(taken.attempt, 2);
  EXPECT_EQ(taken.failures, 1);
  EXPECT_EQ(Say(old, 2, {"zombie"}).kind, Said::kFenced);
  EXPECT_EQ(End(old, 2, RunState::kCompleted).kind, Said::kFenced);
  EXPECT_OK(Release(old, ReleaseKind::kHandOver));
  EXPECT_EQ(Begin("t3")->kind, Kind::kBusy);
  EXPECT_THAT(Texts(ReadAll()), ElementsAre("a"));
}

TEST_F(RunLeaseTest, ATokenFencesEvenTheSameAttemptNumber) {
  ASSERT_OK(Admit("r1"));
  RunAssignment run = Take("t1");
  run.token = "another";
  EXPECT_EQ(Say(run, 0, {"a"}).kind, Said::kFenced);
}

TEST_F(RunLeaseTest, AnAppendWhoseReplyWasLostIsNotDoubled) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  EXPECT_EQ(Say(run, 1, {"a", "b"}).written, 2);
  const AppendOutcome again = Say(run, 1, {"a", "b"});
  EXPECT_EQ(again.kind, Said::kOk);
  EXPECT_EQ(again.written, 0);
  EXPECT_EQ(again.next_sequence, 3);
  EXPECT_EQ(Say(run, 1, {"a", "b", "c"}).written, 1);
  EXPECT_THAT(Texts(ReadAll()), ElementsAre("a", "b", "c"));
}

TEST_F(RunLeaseTest, AnEndWhoseReplyWasLostIsAnsweredAgain) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  const AppendOutcome first = End(run, 1, RunState::kFailed);
  const AppendOutcome again = End(run, 1, RunState::kFailed);
  EXPECT_EQ(again.kind, Said::kOk);
  EXPECT_EQ(again.last_id, first.last_id);
  EXPECT_EQ(again.written, 0);
  EXPECT_EQ(End(run, 1, RunState::kCompleted).kind, Said::kFenced);
  EXPECT_EQ(ReadAll().entries.size(), 2u);
}

TEST_F(RunLeaseTest, AWriterAheadOfTheLogIsTold) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  const AppendOutcome gap = Say(run, 5, {"f"});
  EXPECT_EQ(gap.kind, Said::kGap);
  EXPECT_EQ(gap.next_sequence, 1);
  EXPECT_EQ(gap.next_step, 1);
  EXPECT_EQ(Step(run, 1, 2, "x").kind, Said::kGap);
}

TEST_F(RunLeaseTest, AStepIsJournalledOnceAndGivenToTheNextAttempt) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  AppendRequest request = Append(run);
  request.sequence = 1;
  request.chunks = {TextPiece{"turn"}};
  request.step = R"({"role":"assistant","text":"turn","run":"r1"})";
  const auto stood = Send(request);
  ASSERT_OK(stood);
  EXPECT_EQ(Send(request)->next_step, 2);
  Say(run, 2, {"lost"});

  Advance(absl::Seconds(16));
  const RunAssignment next = Take("t2");
  EXPECT_EQ(next.next_step, 2);
  EXPECT_EQ(next.next_sequence, 3);
  EXPECT_EQ(next.standing, stood->last_id);
  ASSERT_EQ(next.steps.size(), 1u);
  EXPECT_EQ(next.steps[0].text, "turn");
  EXPECT_TRUE(next.history.empty());
}

TEST_F(RunLeaseTest, IdsRiseThoughTheClockStepsBack) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  Advance(-absl::Hours(1));
  Say(run, 1, {"a"});
  Command({"XADD", "agent-stream:c1", "*", "text", "foreign"});
  Say(run, 2, {"b"});
  const LogPage page = ReadAll();
  ASSERT_EQ(page.entries.size(), 4u);
  for (size_t i = 1; i < page.entries.size(); ++i) {
    EXPECT_LT(page.entries[i - 1]->id, page.entries[i]->id);
  }
  EXPECT_EQ(page.entries[3]->id.number(), 3);
}

TEST_F(RunLeaseTest, ARunThatWasHandedOverIsTakenAtOnce) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  EXPECT_OK(Release(run, ReleaseKind::kHandOver));
  EXPECT_EQ(Take("t2").failures, 0);
}

TEST_F(RunLeaseTest, FailuresWaitLongerAndLonger) {
  ASSERT_OK(Admit("r1"));
  const absl::Duration waits[] = {absl::ZeroDuration(), absl::Seconds(1),
                                  absl::Seconds(4), absl::Seconds(16)};
  int failures = 0;
  for (const absl::Duration wait : waits) {
    const RunAssignment run = Take("t" + std::to_string(failures));
    EXPECT_EQ(run.failures, failures);
    EXPECT_OK(Release(run, ReleaseKind::kFailed));
    if (wait > absl::ZeroDuration()) {
      const auto early = Begin("early");
      ASSERT_OK(early);
      EXPECT_EQ(early->kind, Kind::kNotDue);
      EXPECT_EQ(early->retry_after, wait);
      Advance(wait);
    }
    ++failures;
  }
  EXPECT_EQ(Take("last").failures, 4);
}

TEST_F(RunLeaseTest, AttemptsThatAreUsedUpEndTheRunAndLeaveADeadLetter) {
  ASSERT_OK(Admit("r1"));
  for (int i = 0; i < 5; ++i) {
    const RunAssignment run = Take("t" + std::to_string(i));
    if (i == 0) Start(run);
    Advance(absl::Seconds(40));
  }
  const auto ended = Begin("t6");
  ASSERT_OK(ended);
  EXPECT_EQ(ended->kind, Kind::kEnded);
  EXPECT_EQ(ended->failure_reason, "ATTEMPTS_EXHAUSTED");
  EXPECT_EQ(ended->run_id, "r1");
  EXPECT_EQ(Number({"XLEN", "agent-dead:planner"}), 1);
  EXPECT_EQ(Begin("t7")->kind, Kind::kIdle);

  const LogPage page = ReadAll();
  ASSERT_EQ(page.entries.size(), 3u);
  EXPECT_EQ(page.entries[1]->content,
            ChunkContent(AttemptStarted{page.entries[0]->id.ToString()}));
  EXPECT_EQ(page.entries[1]->attempt, 6);
  const auto* failed = std::get_if<RunFailed>(&page.entries[2]->content);
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->reason, "ATTEMPTS_EXHAUSTED");
  EXPECT_TRUE(page.unconfirmed.empty());
  EXPECT_EQ(GetRun("r1")->failure.reason, "ATTEMPTS_EXHAUSTED");
}

// The worker dies between the end and the letter: here the letter's script
// fails.
std::string WithoutLetters(std::string_view name, std::string source) {
  if (name != "bury") return WithTestClock(name, std::move(source));
  return "#!lua\nreturn redis.error_reply('ERR no letter')";
}

class DeadLetterTest : public RunLeaseTest {
 protected:
  int64_t Letters() { return Number({"XLEN", "agent-dead:planner"}); }
  void Exhaust() {
    for (int i = 0; i < 5; ++i) {
      Take("t" + std::to_string(i));
      Advance(absl::Seconds(40));
    }
  }
};

TEST_F(DeadLetterTest, IsOwedUntilSomebodyHasWrittenIt) {
  Reopen(RunLimits(), WithoutLetters);
  ASSERT_OK(Admit("r1"));
  Exhaust();
  ASSERT_EQ(Begin("t5")->kind, Kind::kEnded);
  EXPECT_EQ(Letters(), 0);
  Reopen(RunLimits());
  ASSERT_OK(Admit("r2"));
  EXPECT_EQ(Take("t6").run_id, "r2");
  EXPECT_EQ(Letters(), 1);
  Advance(absl::Seconds(16));
  Take("t7");
  EXPECT_EQ(Letters(), 1);
}

TEST_F(DeadLetterTest, OfAWorkersOwnEndIsOwedToo) {
  Reopen(RunLimits(), WithoutLetters);
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  AppendRequest end = Append(run);
  end.sequence = 1;
  end.end = RunEnd{.state = RunState::kFailed,
                   .completed = {},
                   .failed = {"MODEL_UNAVAILABLE", "no"},
                   .usage = {},
                   .exhausted_after = 5};
  ASSERT_OK(Send(end));
  EXPECT_EQ(Letters(), 0);
  // Nobody looks at the conversation any more but the scan of the records.
  Command({"DEL", "agent-due:planner"});
  Reopen(RunLimits());
  EXPECT_THAT(Await<int>([&](Callback<int> done) {
                store().work().Rescan(std::move(done));
              }),
              IsOkAndHolds(1));
  EXPECT_EQ(Begin("t2")->kind, Kind::kIdle);
  EXPECT_EQ(Letters(), 1);
  const Reply letter = Command({"XRANGE", "agent-dead:planner", "-", "+"});
  EXPECT_EQ(letter[0][1][3].Text(), "r1");
  EXPECT_EQ(letter[0][1][5].Text(), "5");
  Command({"DEL", "agent-due:planner"});
  EXPECT_THAT(Await<int>([&](Callback<int> done) {
                store().work().Rescan(std::move(done));
              }),
              IsOkAndHolds(0));
}

TEST_F(DeadLetterTest, IsWrittenOnceAlsoWhenThatCouldNotBeNoted) {
  Reopen(RunLimits(), [](std::string_view name, std::string source) {
    if (name != "buried") return WithTestClock(name, std::move(source));
    return std::string("#!lua\nreturn redis.error_reply('ERR not noted')");
  });
  ASSERT_OK(Admit("r1"));
  Exhaust();
  ASSERT_EQ(Begin("t5")->kind, Kind::kEnded);
  EXPECT_EQ(Letters(), 1);
  Reopen(RunLimits());
  EXPECT_EQ(Begin("t6")->kind, Kind::kIdle);
  EXPECT_EQ(Letters(), 1);
  EXPECT_EQ(Text({"HGET", "{agent-stream:c1}:m", "owed"}), "");
}

TEST_F(RunLeaseTest, ARunPastItsTimeLimitIsEnded) {
  AdmitRequest request = Request("r1");
  request.options.timeout = absl::Minutes(1);
  ASSERT_OK(Admit(request));
  Advance(absl::Hours(1));  // in the queue: does not count
  Take("t1");
  Advance(absl::Seconds(61));
  const auto ended = Begin("t2");
  ASSERT_OK(ended);
  EXPECT_EQ(ended->kind, Kind::kEnded);
  EXPECT_EQ(ended->failure_reason, "RUN_TIMEOUT");
}

TEST_F(RunLeaseTest, ARunThatWaitedTooLongIsEnded) {
  ASSERT_OK(Admit("r1"));
  Advance(absl::Hours(25));
  const auto ended = Begin("t1");
  ASSERT_OK(ended);
  EXPECT_EQ(ended->kind, Kind::kEnded);
  EXPECT_EQ(ended->failure_reason, "QUEUE_TIMEOUT");
  const LogPage page = ReadAll();
  ASSERT_EQ(page.entries.size(), 2u);
  EXPECT_EQ(page.entries[0]->content, ChunkContent(AttemptStarted{""}));
  EXPECT_EQ(page.entries[1]->attempt, 1);
}

TEST_F(RunLeaseTest, RunsOfAConversationAreExecutedOneByOneInOrder) {
  ASSERT_OK(Admit("r1"));
  ASSERT_OK(Admit("r2"));
  const RunAssignment first = Take("t1");
  EXPECT_EQ(first.run_id, "r1");
  EXPECT_EQ(Begin("t2")->kind, Kind::kBusy);
  Start(first);
  EXPECT_EQ(End(first, 1, RunState::kCompleted).queue_length, 1);
  EXPECT_EQ(Take("t2").run_id, "r2");
}

TEST_F(RunLeaseTest, AnAppendToADeletedConversationIsLost) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  EXPECT_OK(Delete(/*force=*/true));
  EXPECT_EQ(Say(run, 0, {"a"}).kind, Said::kLost);
  EXPECT_EQ(Number({"EXISTS", "agent-stream:c1"}), 0);
}

TEST_F(RunLeaseTest, AnAppendIsNotSentOnceItsPatienceIsOver) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("token");
  server().Kill();
  AppendRequest impatient = Append(run);
  impatient.patience = absl::Milliseconds(20);
  std::promise<absl::StatusOr<AppendOutcome>> patient;
  store().runs().Append(Append(run), [&](absl::StatusOr<AppendOutcome> answer) {
    patient.set_value(std::move(answer));
  });
  EXPECT_THAT(Send(std::move(impatient)).status(),
              StatusIs(absl::StatusCode::kUnavailable));
  // The other one still waits, and finds a store that has forgotten all.
  server().Restart();
  const auto answer = patient.get_future().get();
  ASSERT_OK(answer);
  EXPECT_EQ(answer->kind, AppendOutcome::Kind::kLost);
}

}  // namespace
}  // namespace agent::testing
