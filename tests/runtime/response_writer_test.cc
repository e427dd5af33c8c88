// What the writer sends, and when.
#include "lib/runtime/response_writer.h"

#include <future>

#include "lib/agent/agent.h"
#include "lib/base/error.h"
#include "tests/runtime/writer_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Pending = ScriptedRunStore::Pending;

class ResponseWriterTest : public WriterFixture {};

TEST_F(ResponseWriterTest, AnAttemptsFirstEntryIsSentAloneAndAtOnce) {
  Start();
  ASSERT_OK(Say("early"));
  Pending first = store_.Next();
  EXPECT_FALSE(store_.HasNext());
  EXPECT_EQ(first.request.conversation_id, "conversation");
  EXPECT_EQ(first.request.run_id, "run");
  EXPECT_EQ(first.request.attempt, 1);
  EXPECT_EQ(first.request.token, "token");
  EXPECT_EQ(first.request.sequence, 0);
  EXPECT_THAT(first.request.chunks,
              ElementsAre(ChunkContent(AttemptStarted{""})));
}

TEST_F(ResponseWriterTest, ALaterAttemptSaysWhatFalls) {
  RunAssignment assignment = FirstAttempt();
  assignment.attempt = 2;
  assignment.next_sequence = 9;
  assignment.first_id = {700, 3001};
  assignment.standing = {700, 8001};
  Start(assignment);
  Pending first = store_.Next();
  EXPECT_EQ(first.request.sequence, 9);
  EXPECT_THAT(first.request.chunks,
              ElementsAre(ChunkContent(AttemptStarted{"700-8001"})));
}

TEST_F(ResponseWriterTest, PiecesGatherWhileOneAppendIsInFlight) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending first = store_.Next();
  EXPECT_THAT(Texts(first.request.chunks), ElementsAre("a"));
  ASSERT_OK(Say("b"));
  ASSERT_OK(Say("c"));
  EXPECT_FALSE(store_.HasNext());
  store_.Store(std::move(first));
  Pending second = store_.Next();
  EXPECT_EQ(second.request.sequence, 2);
  EXPECT_THAT(Texts(second.request.chunks), ElementsAre("b", "c"));
}

TEST_F(ResponseWriterTest, AnAppendHoldsAtMost64Chunks) {
  StartWriting();
  ASSERT_OK(Say("first"));
  for (int i = 0; i < 100; ++i) ASSERT_OK(Say("x"));
  store_.Store(store_.Next());
  Pending full = store_.Next();
  EXPECT_THAT(full.request.chunks, SizeIs(64));
  store_.Store(std::move(full));
  EXPECT_THAT(store_.Next().request.chunks, SizeIs(36));
}

TEST_F(ResponseWriterTest, AnAppendHoldsAtMost256KiB) {
  StartWriting();
  ASSERT_OK(Say("first"));
  for (int i = 0; i < 3; ++i) ASSERT_OK(Say(std::string(100 << 10, 'x')));
  store_.Store(store_.Next());
  EXPECT_THAT(store_.Next().request.chunks, SizeIs(2));
}

TEST_F(ResponseWriterTest, AnAppendWhoseReplyWasLostIsSentAgainUnchanged) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending first = store_.Next();
  ASSERT_OK(Say("b"));
  store_.StoreAndLoseReply(std::move(first));
  Pending again = store_.Next();
  EXPECT_EQ(again.request.sequence, 1);
  EXPECT_THAT(Texts(again.request.chunks), ElementsAre("a"));
  store_.Store(std::move(again));
  store_.Store(store_.Next());
  EXPECT_EQ(store_.text(), "ab");
}

TEST_F(ResponseWriterTest, AStepGoesWithTheLastOfItsChunks) {
  StartWriting();
  ASSERT_OK(Say("first"));
  ASSERT_OK(Say("a"));
  ASSERT_OK(writer_->AddStep({}, "{\"role\":1}"));
  ASSERT_OK(Say("b"));
  store_.Store(store_.Next());
  Pending step = store_.Next();
  EXPECT_THAT(Texts(step.request.chunks), ElementsAre("a"));
  EXPECT_EQ(step.request.step, "{\"role\":1}");
  EXPECT_EQ(step.request.step_index, 1);
  store_.Store(std::move(step));
  Pending after = store_.Next();
  EXPECT_EQ(after.request.step_index, 2);
  EXPECT_FALSE(after.request.step.has_value());
}

TEST_F(ResponseWriterTest, AwaitStoredReturnsOnlyWhenAllIsAcknowledged) {
  StartWriting();
  ASSERT_OK(Say("a"));
  ASSERT_OK(writer_->AddStep({}, "{}"));
  auto waiting =
      std::async(std::launch::async, [&] { return writer_->AwaitStored(); });
  store_.Store(store_.Next());
  Pending step = store_.Next();
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)),
            std::future_status::timeout);
  store_.Store(std::move(step));
  EXPECT_OK(waiting.get());
}

TEST_F(ResponseWriterTest, TheEndGoesWithTheRestAndTheFinalStep) {
  StartWriting();
  ASSERT_OK(Say("first"));
  ASSERT_OK(Say("rest"));
  auto ending = std::async(std::launch::async,
                           [&] { return writer_->Finish(Completed(), "{}"); });
  Pending first = store_.Next();
  ASSERT_TRUE(Eventually([&] { return !store_.HasNext(); }));
  store_.Store(std::move(first));
  // Whether the end was queued before the rest was sent is a race; both come.
  while (!store_.end().has_value()) store_.Store(store_.Next());
  EXPECT_OK(ending.get());
  const AppendRequest last = store_.requests().back();
  EXPECT_EQ(last.step, "{}");
  EXPECT_TRUE(last.end.has_value());
  EXPECT_EQ(store_.text(), "firstrest");
  EXPECT_TRUE(writer_->Close());
}

TEST_F(ResponseWriterTest, SayBlocksWhileTooManyBytesWait) {
  limits_.max_run_bytes = 64 << 20;
  StartWriting();
  for (int i = 0; i < 4; ++i) ASSERT_OK(Say(std::string(256 << 10, 'x')));
  auto blocked = std::async(std::launch::async, [&] { return Say("more"); });
  EXPECT_EQ(blocked.wait_for(std::chrono::milliseconds(30)),
            std::future_status::timeout);
  store_.Store(store_.Next());
  EXPECT_OK(blocked.get());
}

TEST_F(ResponseWriterTest, SayBlocksWhileTooManyChunksWait) {
  StartWriting();
  for (size_t i = 0; i < kMaxWaitingChunks; ++i) ASSERT_OK(Say("x"));
  auto blocked = std::async(std::launch::async, [&] { return Say("more"); });
  EXPECT_EQ(blocked.wait_for(std::chrono::milliseconds(30)),
            std::future_status::timeout);
  store_.Store(store_.Next());
  EXPECT_OK(blocked.get());
}

TEST_F(ResponseWriterTest, ABlockedSayIsReleasedByAStop) {
  StartWriting();
  for (size_t i = 0; i < kMaxWaitingChunks; ++i) ASSERT_OK(Say("x"));
  auto blocked = std::async(std::launch::async, [&] { return Say("more"); });
  stop_->Stop(absl::DeadlineExceededError("time"));
  EXPECT_THAT(blocked.get(), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(ResponseWriterTest, ARunMayNotSayMoreBytesThanItsBound) {
  limits_.max_run_bytes = 10;
  StartWriting();
  ASSERT_OK(Say("0123456789"));
  const absl::Status refused = Say("x");
  EXPECT_EQ(ToRunFailed(refused).reason, "OUTPUT_TOO_LARGE");
  EXPECT_FALSE(IsRetryableRunError(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("10 bytes"));
  EXPECT_EQ(stop_->status(), refused);
}

TEST_F(ResponseWriterTest, WhatStandsCountsTowardsTheBound) {
  limits_.max_run_bytes = 10;
  RunAssignment assignment = FirstAttempt();
  Message step;
  step.role = Role::kAssistant;
  step.text = "01234567";
  assignment.steps = {step};
  StartWriting(assignment);
  EXPECT_OK(Say("89"));
  EXPECT_EQ(ToRunFailed(Say("x")).reason, "OUTPUT_TOO_LARGE");
}

TEST_F(ResponseWriterTest, ARunMayNotSayMoreChunksThanItsBound) {
  limits_.max_run_chunks = 2;
  StartWriting();
  ASSERT_OK(Say("a"));
  ASSERT_OK(Say("b"));
  EXPECT_EQ(ToRunFailed(Say("c")).reason, "OUTPUT_TOO_LARGE");
}

TEST_F(ResponseWriterTest, CloseWaitsForWhatIsOnItsWayAndSendsNothingMore) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending first = store_.Next();
  ASSERT_OK(Say("b"));
  auto closing =
      std::async(std::launch::async, [&] { return writer_->Close(); });
  EXPECT_EQ(closing.wait_for(std::chrono::milliseconds(20)),
            std::future_status::timeout);
  store_.Store(std::move(first));
  EXPECT_FALSE(closing.get());
  EXPECT_FALSE(store_.HasNext());
  EXPECT_THAT(Say("c"), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ResponseWriterTest, ReadersGetWhatAnAppendWroteWithItsIds) {
  StartWriting();
  ASSERT_OK(Say("a"));
  Pending first = store_.Next();
  ASSERT_OK(Say("b"));
  ASSERT_OK(Say("c"));
  store_.Store(std::move(first));
  store_.Store(store_.Next());
  const std::vector<ChunkPtr> chunks = stored();
  ASSERT_THAT(chunks, SizeIs(4));
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(chunks[i]->sequence, static_cast<int64_t>(i));
    EXPECT_EQ(chunks[i]->id.number(), static_cast<int64_t>(i) + 1);
    EXPECT_EQ(chunks[i]->id.attempt(), 1);
    EXPECT_EQ(chunks[i]->run_id, "run");
    EXPECT_EQ(chunks[i]->create_time_ms,
              static_cast<int64_t>(chunks[i]->id.ms));
  }
  EXPECT_EQ(chunks[2]->id.ms, chunks[3]->id.ms);
  EXPECT_LT(chunks[1]->id.ms, chunks[2]->id.ms);
}

TEST_F(ResponseWriterTest, ReadersGetNothingFromARepetitionTheCallbackAll) {
  StartWriting();
  ASSERT_OK(Say("a"));
  store_.StoreAndLoseReply(store_.Next());
  store_.Store(store_.Next());
  ASSERT_OK(Say("b"));
  store_.Store(store_.Next());
  ASSERT_THAT(stored(), SizeIs(2));  // the attempt and b: a's reply was lost
  EXPECT_EQ(std::get<TextPiece>(stored()[1]->content).text, "b");
  ASSERT_THAT(callback_.updates(), SizeIs(3));
  EXPECT_EQ(std::get<TextPiece>(callback_.updates()[1]->content).text, "a");
  EXPECT_EQ(callback_.updates()[1]->id.number(), 2);
}

TEST_F(ResponseWriterTest, NothingIsLeftBehindByAnEmptyResponse) {
  StartWriting();
  auto ending = std::async(std::launch::async, [&] {
    return writer_->Finish(Completed(), std::nullopt);
  });
  Pending end = store_.Next();
  EXPECT_THAT(end.request.chunks, IsEmpty());
  EXPECT_EQ(end.request.sequence, 1);
  store_.Store(std::move(end));
  EXPECT_OK(ending.get());
  EXPECT_TRUE(stored().back()->IsTerminal());
}

}  // namespace
}  // namespace agent::testing
