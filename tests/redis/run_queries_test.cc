// Cancel, delete, and the questions about runs and conversations.
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

class RunQueriesTest : public StoreTest {
 protected:
  absl::StatusOr<Page<agent::Run>> List(int size, const std::string& token) {
    return Await<Page<agent::Run>>([&](Callback<Page<agent::Run>> done) {
      store().runs().ListRuns({"", kConversation}, size, token,
                              std::move(done));
    });
  }
  static std::vector<std::string> Ids(const Page<agent::Run>& page) {
    std::vector<std::string> ids;
    for (const agent::Run& run : page.items) ids.push_back(run.run_id);
    return ids;
  }
};

TEST_F(RunQueriesTest, AQueuedRunIsCancelledAtOnceAndNeverEntersTheLog) {
  ASSERT_OK(Admit("r1"));
  const auto run = Cancel("r1");
  ASSERT_OK(run);
  EXPECT_EQ(run->state, RunState::kCancelled);
  EXPECT_EQ(run->attempt, 0);
  EXPECT_EQ(run->end_time_ms, now_ms());
  EXPECT_TRUE(run->last_id.IsZero());
  EXPECT_EQ(Begin("t1")->kind, BeginOutcome::Kind::kIdle);
  EXPECT_FALSE(ReadAll().log_exists);
}

TEST_F(RunQueriesTest, ARunningRunIsToldToStop) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  const auto asked = Cancel("r1");
  ASSERT_OK(asked);
  EXPECT_EQ(asked->state, RunState::kRunning);
  EXPECT_TRUE(asked->cancel_requested);
  EXPECT_EQ(Say(run, 1, {"more"}).kind, AppendOutcome::Kind::kCancel);
  EXPECT_EQ(End(run, 1, RunState::kCancelled).kind, AppendOutcome::Kind::kOk);
  const auto again = Cancel("r1");
  ASSERT_OK(again);
  EXPECT_EQ(again->state, RunState::kCancelled);
  EXPECT_EQ(ReadAll().entries.back()->content, ChunkContent(RunCancelled{}));
}

TEST_F(RunQueriesTest, AnEndWinsOverACancellationThatCameFirst) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  ASSERT_OK(Cancel("r1"));
  EXPECT_EQ(End(run, 1, RunState::kCompleted).kind, AppendOutcome::Kind::kOk);
  EXPECT_EQ(Cancel("r1")->state, RunState::kCompleted);
}

TEST_F(RunQueriesTest, ACancelledRunWhoseWorkerDiedIsEndedWithoutBackOff) {
  ASSERT_OK(Admit("r1"));
  Take("t1");
  Advance(absl::Seconds(16));
  Take("t2");
  ASSERT_OK(Cancel("r1"));
  Advance(absl::Seconds(15));
  const auto ended = Begin("t3");
  ASSERT_OK(ended);
  EXPECT_EQ(ended->kind, BeginOutcome::Kind::kEnded);
  EXPECT_EQ(ended->state, RunState::kCancelled);
}

TEST_F(RunQueriesTest, UnknownAndForeignOnesAreNotFound) {
  EXPECT_THAT(Cancel("r1"), HasReason(reason::kConversationNotFound));
  EXPECT_THAT(GetRun("r1"), HasReason(reason::kConversationNotFound));
  EXPECT_THAT(GetConversation(), HasReason(reason::kConversationNotFound));
  EXPECT_THAT(Delete(false), HasReason(reason::kConversationNotFound));
  ASSERT_OK(Admit("r1"));
  EXPECT_THAT(Cancel("r2"), HasReason(reason::kRunNotFound));
  EXPECT_THAT(GetRun("r2"), HasReason(reason::kRunNotFound));
  const auto foreign = Await<agent::Run>([&](Callback<agent::Run> done) {
    store().runs().GetRun({"eve", kConversation}, "r1", std::move(done));
  });
  EXPECT_THAT(foreign, HasReason(reason::kConversationNotFound));
}

TEST_F(RunQueriesTest, GetRunTellsEverything) {
  ASSERT_OK(Admit("r1"));
  Advance(absl::Seconds(1));
  const RunAssignment assigned = Take("t1");
  const StreamId first = Start(assigned).last_id;
  Say(assigned, 1, {"a"});
  const auto run = GetRun("r1");
  ASSERT_OK(run);
  EXPECT_EQ(run->conversation_id, kConversation);
  EXPECT_EQ(run->agent, kAgent);
  EXPECT_EQ(run->state, RunState::kRunning);
  EXPECT_EQ(run->attempt, 1);
  EXPECT_EQ(run->start_time_ms, run->accept_time_ms + 1000);
  EXPECT_EQ(run->first_id, first);
  EXPECT_EQ(run->last_id.number(), 2);
  EXPECT_EQ(run->chunk_count, 2);
  EXPECT_EQ(run->message, "message of r1");
}

TEST_F(RunQueriesTest, RunsAreListedNewestFirstInPages) {
  for (int i = 0; i < 5; ++i) ASSERT_OK(Admit("r" + std::to_string(i)));
  // What a lost ADMIT that came back may leave.
  Command({"RPUSH", "{agent-stream:c1}:r", "r1", "torn"});
  auto page = List(2, "");
  ASSERT_OK(page);
  EXPECT_THAT(Ids(*page), ElementsAre("r1", "r4"));
  page = List(2, page->next_page_token);
  ASSERT_OK(page);
  EXPECT_THAT(Ids(*page), ElementsAre("r3", "r2"));
  page = List(2, page->next_page_token);
  ASSERT_OK(page);
  EXPECT_THAT(Ids(*page), ElementsAre("r0"));
  EXPECT_EQ(page->next_page_token, "");
}

TEST_F(RunQueriesTest, APageTokenThatIsNotOfThisListingIsRefused) {
  ASSERT_OK(Admit("r1"));
  ASSERT_OK(Admit("r2"));
  AdmitRequest elsewhere = Request("r3");
  elsewhere.conversation.conversation_id = "c2";
  ASSERT_OK(Admit(elsewhere));
  elsewhere.run_id = "r4";
  ASSERT_OK(Admit(elsewhere));
  const auto of_another =
      Await<Page<agent::Run>>([&](Callback<Page<agent::Run>> done) {
        store().runs().ListRuns({"", "c2"}, 1, "", std::move(done));
      });
  ASSERT_OK(of_another);
  ASSERT_NE(of_another->next_page_token, "");
  for (const std::string& token :
       {std::string("x"), std::string("zz"), std::string("00"),
        std::string("72756e73"), std::string("72756e733a"),
        of_another->next_page_token}) {
    const auto page = List(2, token);
    EXPECT_THAT(page, StatusIs(absl::StatusCode::kInvalidArgument)) << token;
    EXPECT_EQ(GetErrorDetails(page.status())->metadata["field"], "page_token");
  }
}

TEST_F(RunQueriesTest, AConversationHasItsMessagesAndWhatIsActive) {
  Execute("r1", {"answer"});
  ASSERT_OK(Admit("r2"));
  ASSERT_OK(Admit("r3"));
  const RunAssignment run = Take("t2");
  Start(run);
  Step(run, 1, run.next_step, "a turn that stands");
  const auto stored = GetConversation();
  ASSERT_OK(stored);
  EXPECT_EQ(stored->agent, kAgent);
  EXPECT_EQ(stored->active_run_id, "r2");
  EXPECT_EQ(stored->queued_runs, 1);
  EXPECT_EQ(stored->create_time_ms, now_ms());
  EXPECT_GT(stored->expire_time_ms, now_ms());
  ASSERT_EQ(stored->messages.size(), 4u);
  EXPECT_EQ(stored->messages[0].role, Role::kUser);
  EXPECT_EQ(stored->messages[0].create_time_ms, now_ms());
  EXPECT_EQ(stored->messages[1].text, "answer");
  EXPECT_EQ(stored->messages[3].text, "a turn that stands");
}

TEST_F(RunQueriesTest, MessagesBeyondTheRecordAndMissingOnesAreNotShown) {
  Execute("r1", {"answer"});
  Command({"HSET", "{agent-stream:c1}:h", "2", R"({"role":"user"})"});
  EXPECT_EQ(GetConversation()->messages.size(), 2u);
  Command({"HDEL", "{agent-stream:c1}:h", "0"});
  EXPECT_EQ(GetConversation()->messages.size(), 1u);
}

TEST_F(RunQueriesTest, DeletingLeavesNothing) {
  Execute("r1", {"answer"});
  ASSERT_OK(Delete(false));
  EXPECT_EQ(Number({"EXISTS", "agent-stream:c1", "{agent-stream:c1}:m",
                    "{agent-stream:c1}:q", "{agent-stream:c1}:r",
                    "{agent-stream:c1}:k", "{agent-stream:c1}:h"}),
            0);
  EXPECT_TRUE(Eventually([&] {
    return Number({"ZCARD", "agent-conversations"}) == 0 &&
           Number({"ZCARD", "agent-conversations:planner"}) == 0;
  }));
}

TEST_F(RunQueriesTest, AnActiveConversationIsDeletedOnlyByForce) {
  ASSERT_OK(Admit("r1"));
  EXPECT_THAT(Delete(false), HasReason(reason::kRunActive));
  const RunAssignment run = Take("t1");
  Start(run);
  EXPECT_THAT(Delete(false), HasReason(reason::kRunActive));
  EXPECT_OK(Delete(true));
  EXPECT_EQ(Say(run, 1, {"a"}).kind, AppendOutcome::Kind::kLost);
  EXPECT_EQ(Begin("t2")->kind, BeginOutcome::Kind::kIdle);
}

}  // namespace
}  // namespace agent::testing
