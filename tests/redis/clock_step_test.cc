// P26 of docs/reliability.md: Redis' clock steps by an hour, back or on, while
// a run is being executed.
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

constexpr char kDue[] = "agent-due:planner";
constexpr absl::Duration kHour = absl::Hours(1);

class ClockStepTest : public StoreTest {
 protected:
  int64_t DueIn() { return Number({"ZSCORE", kDue, kConversation}) - now_ms(); }
  void ExpectDueAtTheLeasesEnd() {
    EXPECT_TRUE(Eventually([&] { return DueIn() == 15000; })) << DueIn();
  }
  // Ids rise, numbers are dense, and no attempt's entry follows a later one's.
  void ExpectAWholeLog() {
    const LogPage page = ReadAll();
    int attempt = 0;
    StreamId last;
    for (const ChunkPtr& chunk : page.entries) {
      EXPECT_LT(last, chunk->id);
      EXPECT_EQ(chunk->id.number(), last.number() + 1);
      EXPECT_LE(attempt, chunk->attempt);
      attempt = chunk->attempt;
      last = chunk->id;
    }
    EXPECT_TRUE(page.unconfirmed.empty());
  }
};

TEST_F(ClockStepTest, P26AClockThatStepsBackNeitherLosesNorStopsARun) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  Say(run, 1, {"a"});
  ExpectDueAtTheLeasesEnd();
  Advance(-kHour);
  Say(run, 2, {"b"});
  // The lease is told anew by the clock as it is now, and so is the next look.
  ExpectDueAtTheLeasesEnd();
  EXPECT_EQ(Begin("t2")->kind, BeginOutcome::Kind::kBusy);
  End(run, 3, RunState::kCompleted);
  EXPECT_THAT(Texts(ReadAll()), ElementsAre("a", "b"));
  ExpectAWholeLog();
}

TEST_F(ClockStepTest, P26AWorkerThatDiesAfterAStepBackIsReplacedInTime) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  ExpectDueAtTheLeasesEnd();
  Advance(-kHour);
  ASSERT_OK(Send(Append(run)));  // a heartbeat, its last
  ExpectDueAtTheLeasesEnd();
  Advance(absl::Seconds(15));
  EXPECT_EQ(TakeDue()->size(), 1u);
  const RunAssignment next = Take("t2");
  EXPECT_EQ(next.attempt, 2);
  Start(next);
  End(next, next.next_sequence + 1, RunState::kCompleted);
  ExpectAWholeLog();
}

TEST_F(ClockStepTest, P26AClockThatStepsOnPassesTheRunOnAndFencesItsWorker) {
  // Else its time would be over when the clock says so.
  AdmitRequest request = Request("r1");
  request.options.timeout = 3 * kHour;
  ASSERT_OK(Admit(request));
  const RunAssignment run = Take("t1");
  Start(run);
  Say(run, 1, {"old"});
  Advance(kHour);
  EXPECT_EQ(TakeDue()->size(), 1u);
  const RunAssignment next = Take("t2");
  Start(next);
  // The first worker lives, and its lease seems to hold: it is fenced.
  const auto late = Send(Append(run));
  ASSERT_OK(late);
  EXPECT_EQ(late->kind, AppendOutcome::Kind::kFenced);
  Say(next, next.next_sequence + 1, {"new"});
  // The clock is put right again: ids go on from where they were.
  Advance(-kHour);
  Say(next, next.next_sequence + 2, {"end"});
  End(next, next.next_sequence + 3, RunState::kCompleted);
  EXPECT_THAT(Texts(ReadAll()), ElementsAre("old", "new", "end"));
  ExpectAWholeLog();
}

TEST_F(ClockStepTest, P26AStepOnDuringARunDoesNotExpireIt) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  for (const char* key : {"agent-stream:c1", "{agent-stream:c1}:m"}) {
    EXPECT_GT(Number({"PTTL", key}), absl::ToInt64Milliseconds(2 * kHour));
  }
}

}  // namespace
}  // namespace agent::testing
