// Runs that no worker looks at end by their limits all the same.
#include "lib/redis/abandoned_runs.h"

#include "lib/redis/redis_store.h"
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

constexpr char kDue[] = "agent-due:planner";

class AbandonedRunsTest : public StoreTest {
 protected:
  AbandonedRunsTest() { Command({"HSET", "agent-registry", kAgent, "{}"}); }
  absl::StatusOr<int> Sweep() {
    return Await<int>([&](Callback<int> done) {
      store().abandoned().Sweep(std::move(done));
    });
  }
};

TEST_F(AbandonedRunsTest, AQueueThatNobodyWorksOnTimesOut) {
  ASSERT_OK(Admit("r1"));
  Advance(absl::Hours(12));
  ASSERT_OK(Admit("r2"));
  EXPECT_THAT(Sweep(), IsOkAndHolds(0));
  Advance(absl::Hours(13));
  EXPECT_THAT(Sweep(), IsOkAndHolds(1));
  EXPECT_EQ(GetRun("r1")->failure.reason, "QUEUE_TIMEOUT");
  EXPECT_EQ(GetRun("r2")->state, RunState::kQueued);
  EXPECT_EQ(ReadAll().entries.size(), 2u);
  Advance(absl::Hours(12));
  EXPECT_THAT(Sweep(), IsOkAndHolds(1));
  EXPECT_EQ(Number({"ZCARD", kDue}), 0);
}

TEST_F(AbandonedRunsTest, WhatHasLongExpiredLeavesTheIndexThoughNobodyLists) {
  const auto listed = [&] {
    return Number({"ZCARD", "agent-conversations"}) +
           Number({"ZCARD", "agent-conversations:planner"});
  };
  ASSERT_OK(Admit("r1"));
  ASSERT_TRUE(Eventually([&] { return listed() == 2; }));
  Advance(2 * absl::Hours(336) - absl::Minutes(1));
  ASSERT_OK(Sweep());
  ASSERT_OK(Sweep());  // what the first asked for is done
  EXPECT_EQ(listed(), 2);
  Advance(absl::Minutes(2));
  ASSERT_OK(Sweep());
  EXPECT_TRUE(Eventually([&] { return listed() == 0; }));
}

TEST_F(AbandonedRunsTest, WhatWaitsForAWorkerGoesOnWaiting) {
  ASSERT_OK(Admit("r1"));
  Advance(absl::Minutes(10));
  const int64_t due = Number({"ZSCORE", kDue, kConversation});
  EXPECT_THAT(Sweep(), IsOkAndHolds(0));
  EXPECT_EQ(Number({"ZSCORE", kDue, kConversation}), due);
  ASSERT_EQ(TakeDue()->size(), 1u);
  EXPECT_EQ(Take("t1").attempt, 1);
}

TEST_F(AbandonedRunsTest, ARunWhoseWorkersAreAllGoneIsCancelledOrTimesOut) {
  ASSERT_OK(Admit("r1"));
  ASSERT_OK(Admit("r2"));
  Start(Take("t1"));
  ASSERT_OK(Cancel("r1"));
  EXPECT_THAT(Sweep(), IsOkAndHolds(0));  // its lease holds
  Advance(absl::Minutes(2));
  EXPECT_THAT(Sweep(), IsOkAndHolds(1));
  EXPECT_EQ(GetRun("r1")->state, RunState::kCancelled);
  Start(Take("t2"));
  Advance(absl::Minutes(29));
  EXPECT_THAT(Sweep(), IsOkAndHolds(0));
  Advance(absl::Minutes(29));
  EXPECT_THAT(Sweep(), IsOkAndHolds(1));
  EXPECT_EQ(GetRun("r2")->failure.reason, "RUN_TIMEOUT");
}

TEST_F(AbandonedRunsTest, ALiveRunIsLeftAlone) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  // Nobody keeps the index.
  Advance(absl::Hours(1));
  ASSERT_OK(Send(Append(run)));
  Command({"ZADD", kDue, "1", kConversation});
  EXPECT_THAT(Sweep(), IsOkAndHolds(0));
  EXPECT_EQ(GetRun("r1")->state, RunState::kRunning);
  EXPECT_EQ(End(run, 1, RunState::kCompleted).kind, AppendOutcome::Kind::kOk);
}

TEST_F(AbandonedRunsTest, ASweepGoesOnWhereTheLastOneStopped) {
  std::vector<std::string> crowd = {"ZADD", kDue};
  for (int i = 0; i < 150; ++i) {
    crowd.push_back("1");
    crowd.push_back("x" + std::to_string(1000 + i));
    const std::string record = "{agent-stream:" + crowd.back() + "}:m";
    Command({"HSET", record, "v", "2"});  // not to be read: stays as it is
  }
  Command(crowd);
  ASSERT_OK(Admit("r1"));
  Advance(absl::Hours(25));
  EXPECT_THAT(Sweep(), IsOkAndHolds(0));
  EXPECT_THAT(Sweep(), IsOkAndHolds(1));
}

TEST_F(AbandonedRunsTest, AStoreSweepsByItself) {
  RunLimits limits;
  limits.lease = absl::Milliseconds(10);
  limits.queue_timeout = absl::Milliseconds(10);
  RedisOptions options;
  options.address = server().address();
  auto opened = RedisStore::Open(options, limits);
  ASSERT_OK(opened);
  ASSERT_OK(Await<Admission>([&](Callback<Admission> done) {
    (*opened)->runs().Admit(Request("r1"), std::move(done));
  }));
  EXPECT_TRUE(Eventually([&] {
    const auto run = GetRun("r1");
    return run.ok() && run->failure.reason == "QUEUE_TIMEOUT";
  }));
}

}  // namespace
}  // namespace agent::testing
