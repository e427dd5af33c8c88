// Getting, listing, cancelling and deleting what runs leave behind.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/service/service_test.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

class RunsAndConversations : public ServiceTest {
 protected:
  v1::Conversation GetConversation(const std::string& id) {
    v1::GetConversationRequest request;
    request.set_conversation_id(id);
    auto answer = Call(&Stub::GetConversation, request);
    EXPECT_THAT(answer.status, Succeeds());
    return answer.value;
  }
  // All pages of a listing: the ids in order.
  std::vector<std::string> ListRuns(const std::string& conversation_id,
                                    int page_size) {
    v1::ListRunsRequest request;
    request.set_conversation_id(conversation_id);
    request.set_page_size(page_size);
    std::vector<std::string> ids;
    do {
      const auto page = Call(&Stub::ListRuns, request);
      EXPECT_THAT(page.status, Succeeds());
      EXPECT_LE(page.value.runs_size(), page_size);
      for (const auto& run : page.value.runs()) ids.push_back(run.run_id());
      request.set_page_token(page.value.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  std::vector<std::string> ListConversations(int page_size,
                                             const std::string& agent = "") {
    v1::ListConversationsRequest request;
    request.set_page_size(page_size);
    request.set_agent(agent);
    std::vector<std::string> ids;
    do {
      const auto page = Call(&Stub::ListConversations, request);
      EXPECT_THAT(page.status, Succeeds());
      for (const auto& conversation : page.value.conversations()) {
        EXPECT_EQ(conversation.messages_size(), 0);
        ids.push_back(conversation.conversation_id());
      }
      request.set_page_token(page.value.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
};

TEST_F(RunsAndConversations, ARunTellsItsWholeStory) {
  const auto accepted = Run("a|b");
  const Streamed answer = Read(accepted);
  const v1::Run run = GetRun(accepted);
  EXPECT_EQ(run.run_id(), accepted.run_id());
  EXPECT_EQ(run.conversation_id(), accepted.conversation_id());
  EXPECT_EQ(run.agent(), "Script");
  EXPECT_EQ(run.state(), v1::Run::COMPLETED);
  EXPECT_EQ(run.attempt(), 1);
  EXPECT_FALSE(run.cancel_requested());
  EXPECT_EQ(run.first_cursor(), answer.chunks.front().cursor());
  EXPECT_EQ(run.last_cursor(), answer.chunks.back().cursor());
  EXPECT_EQ(run.chunk_count(), 4);
  EXPECT_EQ(run.usage().output_tokens(), 5);
  EXPECT_EQ(run.message(), "a|b");
  EXPECT_GT(run.accept_time().seconds(), 0);
  EXPECT_GT(run.start_time().seconds(), 0);
  EXPECT_GT(run.end_time().seconds(), 0);
  EXPECT_FALSE(run.has_failure());
}

TEST_F(RunsAndConversations, AConversationHoldsWhatWasSaid) {
  const auto first = Run("one");
  Read(first);
  Read(Run("two", first.conversation_id()));
  const v1::Conversation found = GetConversation(first.conversation_id());
  EXPECT_EQ(found.agent(), "Script");
  EXPECT_EQ(found.active_run_id(), "");
  EXPECT_EQ(found.queued_runs(), 0);
  EXPECT_GE(found.update_time().seconds(), found.create_time().seconds());
  EXPECT_GT(found.expire_time().seconds(), found.update_time().seconds());
  ASSERT_EQ(found.messages_size(), 4);
  EXPECT_EQ(found.messages(0).role(), v1::Message::USER);
  EXPECT_EQ(found.messages(0).text(), "one");
  EXPECT_EQ(found.messages(1).role(), v1::Message::ASSISTANT);
  EXPECT_EQ(found.messages(1).text(), "one");
  EXPECT_EQ(found.messages(1).run_id(), first.run_id());
  EXPECT_EQ(found.messages(3).text(), "two");
}

TEST_F(RunsAndConversations, AnActiveConversationSaysSo) {
  const auto active = Run("!hold");
  ASSERT_TRUE(AwaitHolding());
  Run("later", active.conversation_id());
  const auto found = GetConversation(active.conversation_id());
  EXPECT_EQ(found.active_run_id(), active.run_id());
  EXPECT_EQ(found.queued_runs(), 1);
}

TEST_F(RunsAndConversations, RunsAreListedNewestFirstPageByPage) {
  std::vector<std::string> newest_first;
  for (int i = 0; i < 5; ++i) {
    newest_first.insert(newest_first.begin(), Run("hi", "c").run_id());
  }
  EXPECT_EQ(ListRuns("c", 2), newest_first);
  EXPECT_EQ(ListRuns("c", 5), newest_first);
  EXPECT_EQ(ListRuns("c", 1000), newest_first);
}

TEST_F(RunsAndConversations, APageOfLongRunsFitsIntoWhatClientsTake) {
  std::vector<std::string> newest_first = {Run("!hold", "c").run_id()};
  ASSERT_TRUE(AwaitHolding());
  const std::string longest(size_t{1} << 20, 'x');
  for (int i = 0; i < 6; ++i) {
    newest_first.insert(newest_first.begin(), Run(longest, "c").run_id());
  }
  EXPECT_EQ(ListRuns("c", 50), newest_first);
}

TEST_F(RunsAndConversations, ConversationsAreListedMostRecentFirst) {
  for (const char* id : {"a", "b", "c"}) Read(Run("hi", id));
  EXPECT_THAT(ListConversations(2), ElementsAre("c", "b", "a"));
  Read(Run("again", "a"));
  EXPECT_THAT(ListConversations(50), ElementsAre("a", "c", "b"));
  EXPECT_THAT(ListConversations(1, "SCRIPT"), ElementsAre("a", "c", "b"));
  EXPECT_THAT(ListConversations(50, "other"), ElementsAre());
}

TEST_F(RunsAndConversations, WhatDoesNotExistIsNotFound) {
  using grpc::StatusCode;
  v1::RunAgentResponse nothing;
  nothing.set_conversation_id("nowhere");
  nothing.set_run_id("nothing");
  v1::GetConversationRequest conversation;
  conversation.set_conversation_id("nowhere");
  EXPECT_THAT(Call(&Stub::GetConversation, conversation).status,
              FailsWith(StatusCode::NOT_FOUND, "CONVERSATION_NOT_FOUND"));
  EXPECT_THAT(Read(nothing).status,
              FailsWith(StatusCode::NOT_FOUND, "CONVERSATION_NOT_FOUND"));
  EXPECT_THAT(Delete("nowhere", false),
              FailsWith(StatusCode::NOT_FOUND, "CONVERSATION_NOT_FOUND"));
  EXPECT_EQ(Cancel(nothing).status.error_code(), StatusCode::NOT_FOUND);
  nothing.set_conversation_id(Run("hi").conversation_id());
  EXPECT_THAT(Cancel(nothing).status,
              FailsWith(StatusCode::NOT_FOUND, "RUN_NOT_FOUND"));
  EXPECT_THAT(Read(nothing).status,
              FailsWith(StatusCode::NOT_FOUND, "RUN_NOT_FOUND"));
  v1::GetRunRequest run;
  run.set_conversation_id(nothing.conversation_id());
  run.set_run_id("nothing");
  EXPECT_THAT(Call(&Stub::GetRun, run).status,
              FailsWith(StatusCode::NOT_FOUND, "RUN_NOT_FOUND"));
}

TEST_F(RunsAndConversations, AnUnknownAgentIsNotFound) {
  v1::RunAgentRequest request;
  request.set_agent("Nobody");
  request.set_message("hi");
  EXPECT_THAT(TryRun(request).status,
              FailsWith(grpc::StatusCode::NOT_FOUND, "AGENT_NOT_FOUND"));
}

TEST_F(RunsAndConversations, AConversationBelongsToOneAgent) {
  // Known to the registry, and offered by nobody.
  redis_.Command({"HSET", "agent-registry", "other",
                  R"({"name":"Other","description":"","tools":[]})"});
  Run("hi", "c");
  v1::RunAgentRequest request;
  request.set_agent("Other");
  request.set_message("hi");
  request.set_conversation_id("c");
  EXPECT_THAT(
      TryRun(request).status,
      FailsWith(grpc::StatusCode::FAILED_PRECONDITION, "AGENT_MISMATCH"));
}

TEST_F(RunsAndConversations, AgentsAreListedWithTheirToolsAndWorkers) {
  const auto agents = Call(&Stub::ListAgents, v1::ListAgentsRequest());
  ASSERT_THAT(agents.status, Succeeds());
  ASSERT_EQ(agents.value.agents_size(), 1);
  const v1::Agent& agent = agents.value.agents(0);
  EXPECT_EQ(agent.name(), "Script");
  EXPECT_EQ(agent.description(), "does what it is told");
  EXPECT_THAT(agent.tools(), ElementsAre("look"));
  EXPECT_EQ(agent.workers(), 1);
}

TEST_F(RunsAndConversations, CancellingARunningRunEndsItsStream) {
  const auto run = Run("a|!hold|b");
  auto call = Open(RequestFor(run));
  // A cancellation drops what was said and not yet stored.
  EXPECT_EQ(KindsOf(call->ReadUntil(&v1::ResponseChunk::has_text)),
            "attempt text");
  const auto cancelled = Cancel(run);
  EXPECT_THAT(cancelled.status, Succeeds());
  EXPECT_TRUE(cancelled.value.cancel_requested());
  const Streamed answer = call->ReadToEnd();
  EXPECT_THAT(answer.status, Succeeds());
  EXPECT_EQ(KindsOf(answer.chunks), "cancelled");
  EXPECT_EQ(GetRun(run).state(), v1::Run::CANCELLED);
}

TEST_F(RunsAndConversations, CancellingAQueuedRunGivesItOneChunk) {
  const auto active = Run("!hold");
  ASSERT_TRUE(AwaitHolding());
  const auto queued = Run("never", active.conversation_id());
  auto call = Open(RequestFor(queued));
  EXPECT_EQ(Cancel(queued).value.state(), v1::Run::CANCELLED);
  const Streamed answer = call->ReadToEnd();
  EXPECT_THAT(answer.status, Succeeds());
  ASSERT_EQ(KindsOf(answer.chunks), "cancelled");
  EXPECT_EQ(answer.chunks[0].attempt(), 0);
  script_->Release();
  EXPECT_EQ(KindsOf(Read(active).chunks), "attempt completed");
}

TEST_F(RunsAndConversations, CancellingAnEndedRunChangesNothing) {
  const auto run = Run("a");
  Read(run);
  const v1::Run before = GetRun(run);
  const auto cancelled = Cancel(run);
  EXPECT_THAT(cancelled.status, Succeeds());
  EXPECT_EQ(cancelled.value.SerializeAsString(), before.SerializeAsString());
}

TEST_F(RunsAndConversations, DeletingTakesEverythingAway) {
  const auto run = Run("a");
  Read(run);
  EXPECT_THAT(Delete(run.conversation_id(), false), Succeeds());
  EXPECT_EQ(Read(run).status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(ListConversations(50), ElementsAre());
}

TEST_F(RunsAndConversations, AnActiveConversationIsDeletedByForceOnly) {
  const auto run = Run("a|!hold");
  auto call = Open(RequestFor(run));
  ASSERT_TRUE(AwaitHolding());
  EXPECT_THAT(Delete(run.conversation_id(), false),
              FailsWith(grpc::StatusCode::FAILED_PRECONDITION, "RUN_ACTIVE"));
  EXPECT_THAT(Delete(run.conversation_id(), true), Succeeds());
  EXPECT_EQ(call->ReadToEnd().status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(AwaitHolding(0)) << "the agent goes on for nobody";
}

TEST_F(RunsAndConversations, TooManyQueuedRunsAreRefused) {
  Settings settings = TestSettings();
  settings.limits.max_queued_runs = 2;
  Start(settings);
  Run("!hold", "c");
  ASSERT_TRUE(AwaitHolding());
  v1::RunAgentRequest request;
  request.set_agent("Script");
  request.set_message("hi");
  request.set_conversation_id("c");
  grpc::Status status;
  for (int i = 0; i < 4 && status.ok(); ++i) status = TryRun(request).status;
  EXPECT_THAT(status,
              FailsWith(grpc::StatusCode::RESOURCE_EXHAUSTED, "MAILBOX_FULL"));
  EXPECT_TRUE(ReadRichError(status).retry_after.has_value());
}

TEST_F(RunsAndConversations, ARunThatTakesTooLongFails) {
  v1::RunAgentRequest request;
  request.set_agent("Script");
  request.set_message("a|!hold");
  request.mutable_options()->mutable_timeout()->set_nanos(300000000);
  const auto run = TryRun(request).value;
  const Streamed answer = Read(run);
  EXPECT_THAT(answer.status, Succeeds());
  ASSERT_EQ(KindsOf(answer.chunks), "attempt text failed");
  EXPECT_EQ(answer.chunks.back().failed().reason(), "RUN_TIMEOUT");
}

}  // namespace
}  // namespace agent::testing
