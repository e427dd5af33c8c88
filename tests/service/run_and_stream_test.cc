// The main job: a run is started, streamed, cut, resumed anywhere, followed.
#include <gtest/gtest.h>

#include <string>

#include "lib/base/digest.h"
#include "tests/service/service_test.h"

namespace agent::testing {
namespace {

class RunAndStream : public ServiceTest {};

TEST_F(RunAndStream, AnAnswerArrivesInItsPieces) {
  const auto run = Run("one |two |three");
  EXPECT_EQ(run.cursor(), "0-0");
  EXPECT_EQ(run.stream_ttl().seconds(), 600);
  EXPECT_GT(run.accept_time().seconds(), 0);
  const Streamed answer = Read(run);
  EXPECT_THAT(answer.status, Succeeds());
  EXPECT_EQ(KindsOf(answer.chunks), "attempt text text text completed");
  EXPECT_EQ(TextOf(answer.chunks), "one two three");
  EXPECT_EQ(answer.cursor, answer.chunks.back().cursor());
}

TEST_F(RunAndStream, EveryChunkSaysWhoseItIsAndItsPlace) {
  const auto run = Run("a|b");
  const Streamed answer = Read(run);
  for (size_t i = 0; i < answer.chunks.size(); ++i) {
    const auto& chunk = answer.chunks[i];
    EXPECT_EQ(chunk.sequence(), static_cast<int64_t>(i));
    EXPECT_EQ(chunk.run_id(), run.run_id());
    EXPECT_EQ(chunk.attempt(), 1);
    EXPECT_GT(chunk.create_time().seconds(), 0);
  }
}

TEST_F(RunAndStream, TheEndProvesThatNothingIsMissing) {
  const Streamed answer = Read(Run("caf\xc3\xa9|\xf0\x9f\x98\x80"));
  const std::string text = TextOf(answer.chunks);
  const auto& completed = answer.chunks.back().completed();
  EXPECT_EQ(completed.text_bytes(), static_cast<int64_t>(text.size()));
  EXPECT_EQ(completed.text_sha256(), Sha256Hex(text));
  EXPECT_EQ(completed.usage().input_tokens(), 3);
  EXPECT_EQ(completed.usage().output_tokens(), 5);
}

TEST_F(RunAndStream, WhatIsSaidArrivesWhileTheRunGoesOn) {
  const auto run = Run("early|!hold|late");
  auto call = Open(RequestFor(run));
  const Chunks begun =
      call->ReadUntil([](const auto& chunk) { return IsText(chunk, "early"); });
  EXPECT_EQ(TextOf(begun), "early");
  script_->Release();
  const Streamed rest = call->ReadToEnd();
  EXPECT_THAT(rest.status, Succeeds());
  EXPECT_EQ(KindsOf(rest.chunks), "text completed");
}

TEST_F(RunAndStream, ResumingAfterEveryChunkGivesExactlyTheRest) {
  const auto run = Run("a|b|c|d|!tool|e");
  const Streamed whole = Read(run);
  for (size_t i = 0; i < whole.chunks.size(); ++i) {
    const Streamed rest = Read(run, whole.chunks[i].cursor());
    EXPECT_THAT(rest.status, Succeeds());
    ASSERT_EQ(rest.chunks.size(), whole.chunks.size() - i - 1) << i;
    for (size_t j = 0; j < rest.chunks.size(); ++j) {
      EXPECT_EQ(rest.chunks[j].SerializeAsString(),
                whole.chunks[i + 1 + j].SerializeAsString());
    }
  }
}

TEST_F(RunAndStream, ToolsAreSeenCallingAndAnswering) {
  const Streamed answer = Read(Run("!tool|done"));
  EXPECT_EQ(KindsOf(answer.chunks),
            "attempt tool_call tool_result text completed");
  EXPECT_EQ(answer.chunks[1].tool_call().name(), "look");
  EXPECT_EQ(answer.chunks[2].tool_result().result(), "seen");
  EXPECT_EQ(answer.chunks[2].tool_result().call_id(),
            answer.chunks[1].tool_call().call_id());
}

TEST_F(RunAndStream, AFailedRunIsDataAndNotAFailedCall) {
  const auto run = Run("a|!fail");
  const Streamed answer = Read(run);
  EXPECT_THAT(answer.status, Succeeds());
  ASSERT_EQ(KindsOf(answer.chunks), "attempt text failed");
  EXPECT_EQ(answer.chunks.back().failed().reason(), "MODEL_REFUSED");
  EXPECT_EQ(GetRun(run).state(), v1::Run::FAILED);
  EXPECT_EQ(GetRun(run).failure().reason(), "MODEL_REFUSED");
}

TEST_F(RunAndStream, ASecondTurnStreamsFromItsOwnStart) {
  const auto first = Run("one");
  Read(first);
  const auto second = Run("two", first.conversation_id());
  EXPECT_EQ(second.cursor(), Read(first).chunks.back().cursor());
  EXPECT_EQ(TextOf(Read(second).chunks), "two");
  v1::StreamResponseRequest by_cursor;
  by_cursor.set_conversation_id(second.conversation_id());
  by_cursor.set_cursor(second.cursor());
  EXPECT_EQ(TextOf(Stream(by_cursor).chunks), "two");
}

TEST_F(RunAndStream, WithoutACursorTheNewestRunIsStreamed) {
  const auto first = Run("one");
  Read(first);
  const auto second = Run("two", first.conversation_id());
  v1::StreamResponseRequest request;
  request.set_conversation_id(second.conversation_id());
  const Streamed answer = Stream(request);
  EXPECT_THAT(answer.status, Succeeds());
  EXPECT_EQ(TextOf(answer.chunks), "two");
}

TEST_F(RunAndStream, FromTheOldestChunkTheFirstRunIsStreamedToItsEnd) {
  const auto first = Run("one");
  Read(first);
  Read(Run("two", first.conversation_id()));
  v1::StreamResponseRequest request;
  request.set_conversation_id(first.conversation_id());
  request.set_cursor("0-0");
  const Streamed answer = Stream(request);
  EXPECT_EQ(TextOf(answer.chunks), "one");
  // A cursor on a terminal chunk goes on with the next run.
  request.set_cursor(answer.cursor);
  const Streamed next = Stream(request);
  EXPECT_EQ(TextOf(next.chunks), "two");
  // And ends at once where there is none.
  request.set_cursor(next.cursor);
  const Streamed nothing = Stream(request);
  EXPECT_THAT(nothing.status, Succeeds());
  EXPECT_TRUE(nothing.chunks.empty());
}

TEST_F(RunAndStream, ARunIdPicksItsChunksOutOfTheLog) {
  const auto first = Run("one");
  Read(first);
  const auto second = Run("two", first.conversation_id());
  Read(second);
  EXPECT_EQ(TextOf(Read(second, "0-0").chunks), "two");
  EXPECT_EQ(TextOf(Read(first, "0-0").chunks), "one");
}

TEST_F(RunAndStream, RunsOfAConversationAreExecutedOneAtATimeInOrder) {
  const auto first = Run("a|!hold|b");
  ASSERT_TRUE(AwaitHolding());
  const auto second = Run("c", first.conversation_id());
  EXPECT_EQ(GetRun(second).state(), v1::Run::QUEUED);
  script_->Release();
  EXPECT_EQ(TextOf(Read(second).chunks), "c");
  v1::StreamResponseRequest all;
  all.set_conversation_id(first.conversation_id());
  all.set_cursor("0-0");
  EXPECT_EQ(TextOf(Stream(all).chunks), "ab");
}

TEST_F(RunAndStream, AFollowerGoesOnAcrossRunsUntilItLeaves) {
  const auto first = Run("one");
  auto request = RequestFor(first, "0-0");
  request.clear_run_id();
  request.set_follow(true);
  auto call = Open(request);
  const auto is_end = [](const auto& chunk) { return chunk.has_completed(); };
  EXPECT_EQ(TextOf(call->ReadUntil(is_end)), "one");
  Run("two", first.conversation_id());
  EXPECT_EQ(TextOf(call->ReadUntil(is_end)), "two");
  call->Cancel();
  EXPECT_EQ(call->ReadToEnd().status.error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(RunAndStream, HeartbeatsBreakTheSilence) {
  auto request = RequestFor(Run("a|!hold"));
  request.mutable_heartbeat_interval()->set_seconds(1);
  auto call = Open(request);
  const Chunks begun =
      call->ReadUntil([](const auto& chunk) { return IsText(chunk, "a"); });
  v1::ResponseBatch heartbeat;
  ASSERT_TRUE(call->Read(&heartbeat));
  EXPECT_EQ(heartbeat.chunks_size(), 0);
  EXPECT_EQ(heartbeat.cursor(), begun.back().cursor());
  script_->Release();
  EXPECT_EQ(KindsOf(call->ReadToEnd().chunks), "completed");
}

// Without it a client cut here would resume at whatever run is newest then.
TEST_F(RunAndStream, AHeartbeatBeforeTheFirstChunkTellsWhereToResume) {
  const auto first = Run("a|!hold");
  ASSERT_TRUE(AwaitHolding());
  const auto second = Run("second", first.conversation_id());
  v1::StreamResponseRequest request;
  request.set_conversation_id(first.conversation_id());
  request.mutable_heartbeat_interval()->set_seconds(1);
  auto call = Open(request);
  v1::ResponseBatch heartbeat;
  ASSERT_TRUE(call->Read(&heartbeat));
  EXPECT_EQ(heartbeat.chunks_size(), 0);
  call->Cancel();
  const auto third = Run("third", first.conversation_id());
  script_->Release();

  request.set_cursor(heartbeat.cursor());
  request.set_run_id(second.run_id());
  EXPECT_NE(heartbeat.cursor(), "");
  EXPECT_EQ(TextOf(Open(request)->ReadToEnd().chunks), "second");
}

TEST_F(RunAndStream, AStreamMayWaitForAConversationThatIsToCome) {
  v1::StreamResponseRequest request;
  request.set_conversation_id("to-come");
  request.mutable_wait()->set_seconds(20);
  auto call = Open(request);
  Run("here", "to-come");
  const Streamed answer = call->ReadToEnd();
  EXPECT_THAT(answer.status, Succeeds());
  EXPECT_EQ(TextOf(answer.chunks), "here");
}

TEST_F(RunAndStream, ManyReadersGetTheSame) {
  const auto run = Run("a|!hold|b|c");
  std::vector<std::unique_ptr<OpenCall>> calls;
  for (int i = 0; i < 20; ++i) calls.push_back(Open(RequestFor(run)));
  script_->Release();
  for (const auto& call : calls) {
    const Streamed answer = call->ReadToEnd();
    EXPECT_THAT(answer.status, Succeeds());
    EXPECT_EQ(KindsOf(answer.chunks), "attempt text text text completed");
  }
}

TEST_F(RunAndStream, AnAgentIsFoundWithoutRegardToCase) {
  v1::RunAgentRequest request;
  request.set_agent("sCRIPT");
  request.set_message("hi");
  const auto answer = TryRun(request);
  ASSERT_THAT(answer.status, Succeeds());
  EXPECT_EQ(TextOf(Read(answer.value).chunks), "hi");
  EXPECT_EQ(GetRun(answer.value).agent(), "Script");
}

TEST_F(RunAndStream, AMessageOfTheFullLengthIsTaken) {
  const std::string text(size_t{1} << 20, 'x');
  EXPECT_EQ(TextOf(Read(Run(text)).chunks), text);
}

}  // namespace
}  // namespace agent::testing
