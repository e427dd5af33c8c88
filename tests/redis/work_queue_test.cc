// How conversations with work are found, and none is forgotten.
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

constexpr char kDue[] = "agent-due:planner";
constexpr char kHints[] = "agent-wake:planner";

class WorkQueueTest : public StoreTest {
 protected:
  bool IsDue() { return !Command({"ZSCORE", kDue, "c1"}).view().IsNil(); }
  int64_t DueIn() { return Number({"ZSCORE", kDue, "c1"}) - now_ms(); }
  absl::StatusOr<std::vector<WorkHint>> Await1(absl::Duration timeout) {
    return Await<std::vector<WorkHint>>(
        [&](Callback<std::vector<WorkHint>> done) {
          store().work().AwaitHint({"other", kAgent}, timeout, std::move(done));
        });
  }
  absl::StatusOr<int> Rescan() {
    return Await<int>(
        [&](Callback<int> done) { store().work().Rescan(std::move(done)); });
  }
  absl::Status LookAgain(absl::Duration delay) {
    return AwaitStatus([&](StatusCallback done) {
      store().work().LookAgain({kAgent, kConversation}, delay, std::move(done));
    });
  }
  RunAssignment AdmitAndTake() {
    EXPECT_OK(Admit("r1"));
    const RunAssignment run = Take("t1");
    EXPECT_TRUE(Eventually([&] { return DueIn() == 15000; }));
    return run;
  }
};

TEST_F(WorkQueueTest, AHintArrives) {
  ASSERT_OK(Admit("r1"));
  const auto hints = Await1(absl::Seconds(10));
  ASSERT_OK(hints);
  ASSERT_EQ(hints->size(), 1u);
  EXPECT_EQ((*hints)[0].agent, kAgent);
  EXPECT_EQ((*hints)[0].conversation_id, kConversation);
}

TEST_F(WorkQueueTest, NoHintIsNoError) {
  const auto hints = Await1(absl::Milliseconds(10));
  ASSERT_OK(hints);
  EXPECT_TRUE(hints->empty());
}

TEST_F(WorkQueueTest, WhatIsDueIsTakenByOne) {
  ASSERT_OK(Admit("r1"));
  EXPECT_TRUE(TakeDue()->empty());
  Advance(absl::Seconds(2));
  const auto taken = TakeDue();
  ASSERT_OK(taken);
  ASSERT_EQ(taken->size(), 1u);
  EXPECT_EQ((*taken)[0].conversation_id, kConversation);
  EXPECT_TRUE(TakeDue()->empty());
  EXPECT_EQ(DueIn(), 15000);
}

TEST_F(WorkQueueTest, HeartbeatsKeepAConversationDueAtItsLeasesEnd) {
  const RunAssignment run = AdmitAndTake();
  Advance(absl::Seconds(5));
  ASSERT_OK(Send(Append(run)));
  EXPECT_TRUE(Eventually([&] { return DueIn() == 15000; }));
}

TEST_F(WorkQueueTest, WhatHasEndedIsForgotten) {
  const RunAssignment run = AdmitAndTake();
  Start(run);
  End(run, 1, RunState::kCompleted);
  ASSERT_OK(Settle());
  EXPECT_FALSE(IsDue());
}

TEST_F(WorkQueueTest, WhatSomebodyElseAskedForIsKept) {
  const RunAssignment run = AdmitAndTake();
  Start(run);
  End(run, 1, RunState::kCompleted);
  Command({"ZADD", kDue, "4711", "c1"});
  ASSERT_OK(Settle());
  EXPECT_EQ(Number({"ZSCORE", kDue, "c1"}), 4711);
}

TEST_F(WorkQueueTest, MoreWorkIsDueAtOnceAndHinted) {
  const RunAssignment run = AdmitAndTake();
  ASSERT_OK(Admit("r2"));
  Start(run);
  End(run, 1, RunState::kCompleted);
  ASSERT_TRUE(Eventually([&] { return Number({"LLEN", kHints}) == 2; }));
  ASSERT_OK(Settle());
  EXPECT_EQ(DueIn(), 0);
  EXPECT_TRUE(Eventually([&] { return Number({"LLEN", kHints}) == 3; }));
}

// The race of an ADMIT: its request for a look was overwritten by a heartbeat
// and removed with it, and its mailbox entry came only then.
TEST_F(WorkQueueTest, AnAdmissionThatComesWithTheRemovalIsNotForgotten) {
  ASSERT_OK(Admit("r1"));
  Advance(absl::Seconds(2));
  ASSERT_OK(TakeDue());
  ASSERT_OK(Cancel("r1"));
  // Between the first look at the mailbox and the second: the removal itself
  // is where a second server's ADMIT strikes, so it is made to strike there.
  Command({"SET", "test-admit-on-removal", "1"});
  ASSERT_OK(Settle());
  EXPECT_TRUE(IsDue());
  EXPECT_EQ(Number({"LLEN", "{agent-stream:c1}:q"}), 1);
}

TEST_F(WorkQueueTest, ALookCanBeAskedForLater) {
  ASSERT_OK(LookAgain(absl::Seconds(7)));
  EXPECT_EQ(DueIn(), 7000);
  EXPECT_EQ(Number({"LLEN", kHints}), 0);
  ASSERT_OK(LookAgain(absl::Seconds(3)));
  EXPECT_EQ(DueIn(), 3000);
}

// A worker that was told "busy" asks for a look at the lease's end; the run was
// released meanwhile.
TEST_F(WorkQueueTest, ALookThatSomebodyElseAskedForIsNotPutOff) {
  const RunAssignment run = AdmitAndTake();
  ASSERT_OK(Release(run, ReleaseKind::kHandOver));
  ASSERT_OK(LookAgain(absl::Seconds(15)));
  EXPECT_EQ(DueIn(), 0);
  ASSERT_EQ(TakeDue()->size(), 1u);
  EXPECT_EQ(Take("t2").run_id, "r1");
}

TEST_F(WorkQueueTest, AnAdmissionDoesNotPutALookOff) {
  const RunAssignment run = AdmitAndTake();
  ASSERT_OK(Release(run, ReleaseKind::kHandOver));
  ASSERT_OK(Admit("r2"));
  EXPECT_LE(DueIn(), 0);
}

// The look that ADMIT asks for is sooner asked for by this worker: it is the
// worker's no more, or its Settle would take ADMIT's with it.
TEST_F(WorkQueueTest, ALookThatTwoAskedForIsNotRemovedByOne) {
  ASSERT_OK(LookAgain(absl::Seconds(1)));
  ASSERT_OK(Admit("r1"));
  EXPECT_EQ(DueIn(), 999);
  Command({"DEL", "{agent-stream:c1}:q"});  // as before ADMIT's script
  ASSERT_OK(Settle());
  EXPECT_TRUE(IsDue());
}

TEST_F(WorkQueueTest, AReleasedRunIsLookedAtByOthersAtOnce) {
  const RunAssignment run = AdmitAndTake();
  Command({"DEL", kHints});
  ASSERT_OK(Release(run, ReleaseKind::kHandOver));
  EXPECT_EQ(DueIn(), 0);
  EXPECT_TRUE(Eventually([&] { return Number({"LLEN", kHints}) == 1; }));
}

TEST_F(WorkQueueTest, ARescanFindsWhatNoIndexHolds) {
  const RunAssignment run = AdmitAndTake();
  Command({"DEL", kDue});
  EXPECT_THAT(Rescan(), IsOkAndHolds(1));
  EXPECT_EQ(DueIn(), 0);
  // Never later than it already is.
  Advance(absl::Seconds(3));
  EXPECT_THAT(Rescan(), IsOkAndHolds(0));
  EXPECT_EQ(DueIn(), -3000);
  // An active run is found without its queue, too.
  Command({"DEL", kDue, "{agent-stream:c1}:q"});
  EXPECT_THAT(Rescan(), IsOkAndHolds(1));
  Start(run);
  End(run, 1, RunState::kCompleted);
  Command({"DEL", kDue});
  EXPECT_THAT(Rescan(), IsOkAndHolds(0));
}

TEST_F(WorkQueueTest, ARescanPutsAcceptedRunsBackThatNoQueueHolds) {
  ASSERT_OK(Admit("r1"));
  ASSERT_OK(Admit("r2"));
  Command({"DEL", kDue, "{agent-stream:c1}:q"});
  EXPECT_THAT(Rescan(), IsOkAndHolds(1));
  EXPECT_EQ(Take("t1").run_id, "r1");
  EXPECT_EQ(Number({"LLEN", "{agent-stream:c1}:q"}), 2);
}

TEST_F(WorkQueueTest, ARescanPassesOverKeysOfAnotherKind) {
  Command({"SET", "{agent-stream:broken}:m", "not a hash"});
  ASSERT_OK(Admit("r1"));
  Command({"DEL", kDue});
  EXPECT_THAT(Rescan(), IsOkAndHolds(1));
}

// Nobody executes it now: its end is due at once, not after its back-off.
TEST_F(WorkQueueTest, ACancelledRunIsLookedAtThoughItWaitsForItsNextAttempt) {
  const RunAssignment run = AdmitAndTake();
  ASSERT_OK(Release(run, ReleaseKind::kFailed));
  ASSERT_OK(TakeDue());
  ASSERT_OK(LookAgain(absl::Seconds(16)));
  EXPECT_EQ(DueIn(), 15000);
  ASSERT_OK(Cancel("r1"));
  EXPECT_TRUE(Eventually([&] { return DueIn() == 0; }));
}

TEST_F(WorkQueueTest, ARescanGivesKeysAnExpiryThatATornScriptLeftWithout) {
  Execute("r1", {"a"});
  Command({"PERSIST", "agent-stream:c1"});
  Command({"PERSIST", "{agent-stream:c1}:h"});
  Command({"RPUSH", "{agent-stream:torn}:q", "r9"});
  Command({"XADD", "agent-stream:foreign", "*", "text", "x"});
  ASSERT_OK(Rescan());
  EXPECT_GT(Number({"PTTL", "agent-stream:c1"}), 0);
  EXPECT_GT(Number({"PTTL", "{agent-stream:c1}:h"}), 0);
  EXPECT_GT(Number({"PTTL", "{agent-stream:torn}:q"}), 0);
  EXPECT_EQ(Number({"PTTL", "agent-stream:foreign"}), -1);
}

}  // namespace
}  // namespace agent::testing
