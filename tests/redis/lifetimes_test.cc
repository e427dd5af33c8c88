// Times to live, what leaves a log that goes on, and what leaves the record.
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::Le;

constexpr char kLog[] = "agent-stream:c1";
constexpr char kRecord[] = "{agent-stream:c1}:m";
constexpr int64_t kHourMs = 3600000;

RunLimits ShortLived() {
  RunLimits limits;
  limits.stream_ttl = absl::Minutes(10);
  limits.state_ttl = absl::Hours(2);
  return limits;
}

class LifetimesTest : public StoreTest {
 protected:
  LifetimesTest() : StoreTest(ShortLived()) {}

  int64_t Ttl(const char* key) { return Number({"PTTL", key}); }
};

TEST_F(LifetimesTest, EverythingLivesOnWhileThereIsWork) {
  ASSERT_OK(Admit("r1"));
  EXPECT_GE(Ttl(kRecord), 24 * kHourMs - 1000);
  const RunAssignment run = Take("t1");
  Start(run);
  for (const char* key : {kLog, kRecord, "{agent-stream:c1}:q",
                          "{agent-stream:c1}:r", "{agent-stream:c1}:h"}) {
    EXPECT_GE(Ttl(key), 24 * kHourMs - 1000) << key;
  }
}

TEST_F(LifetimesTest, HeartbeatsPushTheExpiryOn) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  Command({"PEXPIRE", kLog, "5000"});
  Command({"PEXPIRE", kRecord, "5000"});
  Advance(absl::Milliseconds(500));  // moves by too little to be worth it
  ASSERT_OK(Send(Append(run)));
  EXPECT_LE(Ttl(kLog), 5000);
  Advance(absl::Seconds(5));
  ASSERT_OK(Send(Append(run)));
  EXPECT_GE(Ttl(kLog), 24 * kHourMs - 1000);
  EXPECT_GE(Ttl(kRecord), 24 * kHourMs - 1000);
}

TEST_F(LifetimesTest, AfterTheLastEndTheLogAgesBeforeTheState) {
  Execute("r1", {"a"});
  EXPECT_THAT(Ttl(kLog), AllOf(Gt(590000), Le(600000)));
  EXPECT_THAT(Ttl(kRecord), AllOf(Gt(2 * kHourMs - 10000), Le(2 * kHourMs)));
  EXPECT_THAT(Ttl("{agent-stream:c1}:h"), Gt(kHourMs));
}

TEST_F(LifetimesTest, AnEndWithMoreWorkBehindItAgesNothing) {
  ASSERT_OK(Admit("r1"));
  ASSERT_OK(Admit("r2"));
  const RunAssignment run = Take("t1");
  Start(run);
  End(run, 1, RunState::kCompleted);
  EXPECT_GE(Ttl(kLog), 24 * kHourMs - 1000);
}

TEST_F(LifetimesTest, CancellingTheLastQueuedRunLetsEverythingAge) {
  ASSERT_OK(Admit("r1"));
  ASSERT_OK(Cancel("r1"));
  EXPECT_LE(Ttl(kRecord), 2 * kHourMs);
}

TEST_F(LifetimesTest, IdsGoOnAfterTheLogHasExpired) {
  Execute("r1", {"a"});
  Command({"DEL", kLog});
  ASSERT_OK(Admit("r2"));
  const RunAssignment run = Take("t2");
  EXPECT_EQ(Start(run).last_id.number(), 4);
  EXPECT_GE(Ttl(kLog), 24 * kHourMs - 1000);
}

TEST_F(LifetimesTest, WholeRunsThatEndedLongAgoLeaveALogThatGoesOn) {
  Execute("r1", {"a", "b"});
  Advance(absl::Minutes(6));
  Execute("r2", {"c"});
  Advance(absl::Minutes(6));
  Execute("r3", {"d"});
  LogPage page = ReadAll();
  EXPECT_THAT(Texts(page), ElementsAre("c", "d"));
  EXPECT_TRUE(page.entries[0]->IsAttemptStarted());
  EXPECT_EQ(page.entries[0]->run_id, "r2");
  EXPECT_EQ(page.record_number, 10);
}

// Else the log would never be trimmed again.
TEST_F(LifetimesTest, EntriesOfOtherProgramsLeaveByTheirAge) {
  Command({"XADD", kLog, std::to_string(now_ms()) + "-1", "text", "x"});
  Execute("r1", {"a"});
  Advance(absl::Minutes(6));
  Command({"XADD", kLog, std::to_string(now_ms()) + "-18446744073709551615",
           "text", "y"});
  Execute("r2", {"b"});
  EXPECT_THAT(Texts(ReadAll()), ElementsAre("x", "a", "y", "b"));
  Advance(absl::Minutes(11));
  Execute("r3", {"c"});
  EXPECT_THAT(Texts(ReadAll()), ElementsAre("c"));
}

TEST_F(LifetimesTest, ALongRunIsNeverTrimmedInPart) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  int64_t next = Say(run, 1, {"old"}).next_sequence;
  Advance(absl::Minutes(20));
  next = Say(run, next, {"new"}).next_sequence;
  End(run, next, RunState::kCompleted);
  EXPECT_THAT(Texts(ReadAll()), ElementsAre("old", "new"));
}

TEST_F(LifetimesTest, RunsThatAreForgottenAreStillTrimmed) {
  Execute("r1", {"a"});
  Command({"HDEL", kRecord, "state:r1", "end:r1", "ended:r1", "first:r1"});
  Advance(absl::Minutes(11));
  Execute("r2", {"b"});
  Advance(absl::Minutes(11));
  Execute("r3", {"c"});
  EXPECT_THAT(Texts(ReadAll()), ElementsAre("c"));
}

TEST_F(LifetimesTest, TheOldestRunsBeyondAThousandLeaveTheRecord) {
  AdmitRequest request = Request("first");
  request.request_id = "its request";
  ASSERT_OK(Admit(request));
  const RunAssignment run = Take("t1");
  int64_t next = Start(run).next_sequence;
  next = Say(run, next, {"a"}).next_sequence;
  Step(run, next, run.next_step, "a");
  End(run, next, RunState::kCompleted);
  EXPECT_EQ(Number({"HLEN", "{agent-stream:c1}:k"}), 1);
  // A thousand that ended, as cheaply as they can be had.
  std::vector<std::string> ids = {"RPUSH", "{agent-stream:c1}:r"};
  std::vector<std::string> states = {"HSET", kRecord};
  for (int i = 0; i < 1000; ++i) {
    ids.push_back("x" + std::to_string(i));
    states.push_back("state:" + ids.back());
    states.push_back("completed");
  }
  Command(ids);
  Command(states);
  Execute("last", {"b"});
  EXPECT_EQ(Number({"LLEN", "{agent-stream:c1}:r"}), 1000);
  EXPECT_THAT(GetRun("first"), HasReason(reason::kRunNotFound));
  EXPECT_OK(GetRun("last"));
  EXPECT_EQ(Number({"HEXISTS", kRecord, "message:first"}), 0);
  EXPECT_EQ(Number({"HLEN", "{agent-stream:c1}:k"}), 0);
  EXPECT_TRUE(ReadAll().unconfirmed.empty());
  EXPECT_EQ(GetConversation()->messages.size(), 4u);
}

}  // namespace
}  // namespace agent::testing
