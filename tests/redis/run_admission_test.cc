// ADMIT: accepted once, in order, within bounds, and found by workers.
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

class RunAdmissionTest : public StoreTest {
 protected:
  AdmitRequest WithRequestId(const std::string& run_id,
                             const std::string& hash) const {
    AdmitRequest request = Request(run_id);
    request.request_id = "q1";
    request.request_hash = hash;
    return request;
  }
};

TEST_F(RunAdmissionTest, AnswersWithTheLogsPositionAndRedisTime) {
  const auto first = Admit("r1");
  ASSERT_OK(first);
  EXPECT_EQ(first->run_id, "r1");
  EXPECT_TRUE(first->cursor.IsZero());
  EXPECT_EQ(first->accept_time_ms, now_ms());
  EXPECT_FALSE(first->repeated);
  const RunAssignment run = Take("t1");
  Start(run);
  const StreamId end = End(run, 1, RunState::kCompleted).last_id;
  Advance(absl::Seconds(1));
  const auto second = Admit("r2");
  ASSERT_OK(second);
  EXPECT_EQ(second->cursor, end);
}

TEST_F(RunAdmissionTest, TheSameRequestTwiceIsOneRun) {
  const auto first = Admit(WithRequestId("r1", "h"));
  ASSERT_OK(first);
  Take("t1");
  Advance(absl::Seconds(5));
  const auto again = Admit(WithRequestId("r1", "h"));
  ASSERT_OK(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->run_id, "r1");
  EXPECT_EQ(again->accept_time_ms, first->accept_time_ms);
  EXPECT_EQ(Number({"LLEN", "{agent-stream:c1}:q"}), 1);
}

TEST_F(RunAdmissionTest, TheSameRequestIdWithAnotherRequestIsRefused) {
  ASSERT_OK(Admit(WithRequestId("r1", "h")));
  const auto other = Admit(WithRequestId("r1", "another"));
  EXPECT_THAT(other, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(other, HasReason(reason::kRequestIdReused));
}

TEST_F(RunAdmissionTest, ARunThatIsKnownWithoutItsRequestIsTheSame) {
  ASSERT_OK(Admit(WithRequestId("r1", "h")));
  Command({"DEL", "{agent-stream:c1}:k"});  // what a torn script may leave
  EXPECT_TRUE(Admit(WithRequestId("r1", "h"))->repeated);
  EXPECT_THAT(Admit(WithRequestId("r1", "x")),
              HasReason(reason::kRequestIdReused));
}

TEST_F(RunAdmissionTest, AConversationBelongsToOneAgentAndOnePrincipal) {
  ASSERT_OK(Admit("r1"));
  AdmitRequest request = Request("r2");
  request.agent = "other";
  EXPECT_THAT(Admit(request), HasReason(reason::kAgentMismatch));
  request = Request("r2");
  request.conversation.principal = "somebody";
  const auto denied = Admit(request);
  EXPECT_THAT(denied, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(denied, HasReason(reason::kConversationNotFound));
}

TEST_F(RunAdmissionTest, TheMailboxIsBounded) {
  RunLimits limits;
  limits.max_queued_runs = 2;
  Reopen(limits);
  ASSERT_OK(Admit("r1"));
  ASSERT_OK(Admit("r2"));
  const auto full = Admit("r3");
  EXPECT_THAT(full, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(full, HasReason(reason::kMailboxFull));
  EXPECT_TRUE(GetErrorDetails(full.status())->retry_after.has_value());
}

TEST_F(RunAdmissionTest, ARecordOfAnUnknownVersionIsNotTouched) {
  ASSERT_OK(Admit("r1"));
  Command({"HSET", "{agent-stream:c1}:m", "v", "2"});
  for (const absl::Status& status :
       {Admit("r2").status(), Begin("t").status(), Cancel("r1").status(),
        GetRun("r1").status(), Delete(true), ReadPage({}).status()}) {
    EXPECT_THAT(status, HasReason(reason::kStateVersion));
  }
  EXPECT_EQ(Number({"LLEN", "{agent-stream:c1}:q"}), 1);
}

TEST_F(RunAdmissionTest, AnAcceptedRunIsDueSoonAndHinted) {
  ASSERT_OK(Admit("r1"));
  EXPECT_EQ(Number({"ZSCORE", "agent-due:planner", "c1"}), now_ms() + 2000);
  ASSERT_TRUE(Eventually([&] {
    return Number({"LLEN", "agent-wake:planner"}) == 1;
  }));
  EXPECT_TRUE(Eventually([&] {
    return Number({"ZSCORE", "agent-conversations", "c1"}) == now_ms() &&
           Number({"ZSCORE", "agent-conversations:planner", "c1"}) == now_ms();
  }));
}

TEST_F(RunAdmissionTest, HistoryIsGivenInWholeTurns) {
  RunLimits limits;
  limits.max_history_messages = 5;
  Reopen(limits);
  Execute("r1", {"answer 1"});
  Execute("r2", {"answer 2"});
  Execute("r3", {"answer 3"});
  ASSERT_OK(Admit("r4"));
  const RunAssignment run = Take("t4");
  ASSERT_EQ(run.history.size(), 4u);
  EXPECT_EQ(run.history_dropped, 2);
  EXPECT_EQ(run.history[0].text, "message of r2");
  EXPECT_EQ(run.history[0].run_state, "completed");
  EXPECT_EQ(run.history[1].text, "answer 2");
  EXPECT_EQ(run.history[3].text, "answer 3");
}

TEST_F(RunAdmissionTest, AFailedTurnStaysInHistoryMarkedAndWithoutAnAnswer) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment failed = Take("t1");
  Start(failed);
  Step(failed, 1, 1, "half an answer");
  End(failed, 1, RunState::kFailed);
  ASSERT_OK(Admit("r2"));
  const RunAssignment run = Take("t2");
  ASSERT_EQ(run.history.size(), 1u);
  EXPECT_EQ(run.history[0].run_state, "failed");
  EXPECT_EQ(run.history[0].failure_reason, "AGENT_ERROR");
  EXPECT_EQ(run.next_step, 2);
  EXPECT_TRUE(run.steps.empty());
}

TEST_F(RunAdmissionTest, OptionsReachTheWorkerAndTheDefaultTimeLimitIsSet) {
  AdmitRequest request = Request("r1");
  request.options.disable_tools = true;
  request.options.response_json_schema = R"({"type":"object"})";
  ASSERT_OK(Admit(request));
  const RunAssignment run = Take("t1");
  request.options.timeout = absl::Minutes(30);
  EXPECT_EQ(run.options, request.options);
  EXPECT_EQ(run.start_time_ms, now_ms());
}

TEST_F(RunAdmissionTest, AFullRedisRefusesNewRunsAndChangesNothing) {
  Command({"CONFIG", "SET", "maxmemory", "1"});
  const auto full = Admit("r1");
  EXPECT_THAT(full, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(full, HasReason(reason::kStoreFull));
  EXPECT_EQ(Number({"EXISTS", "{agent-stream:c1}:m", "{agent-stream:c1}:q"}),
            0);
  Command({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_OK(Admit("r1"));
}

}  // namespace
}  // namespace agent::testing
