// Where streams begin and end.
#include "lib/log/log_reader.h"

#include <algorithm>
#include <functional>
#include <future>

#include "tests/log/reading_fixture.h"

namespace agent {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using testing::Eventually;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

class LogReaderTest : public testing::ReadingTest {
 protected:
  std::vector<std::string> RunsOf(const testing::Reading& reading) {
    std::vector<std::string> runs;
    for (const ChunkPtr& chunk : reading.chunks()) {
      if (runs.empty() || runs.back() != chunk->run_id) {
        runs.push_back(chunk->run_id);
      }
    }
    return runs;
  }
};

TEST_F(LogReaderTest, ReadsANamedRunFromItsFirstChunk) {
  WriteRun("a", 2);
  WriteRun("b", 3);
  WriteRun("c", 1);
  const auto reading = Read(At(std::nullopt, "b"));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_EQ(reading->count(), 5u);
  EXPECT_THAT(RunsOf(*reading), ElementsAre("b"));
  EXPECT_EQ(reading->cursor(), reading->chunks().back()->id);
}

TEST_F(LogReaderTest, ReadsTheNewestRunWithoutARunOrCursor) {
  WriteRun("a", 2);
  WriteRun("b", 3);
  const auto reading = Read(At(std::nullopt));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(RunsOf(*reading), ElementsAre("b"));
}

TEST_F(LogReaderTest, ReadsFromTheOldestChunkAtZero) {
  WriteRun("a", 2);
  WriteRun("b", 3);
  const auto reading = Read(At(StreamId{}));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(RunsOf(*reading), ElementsAre("a"));
  EXPECT_EQ(reading->count(), 4u);
}

TEST_F(LogReaderTest, ReadsFromTheOldestChunkKeptAtZero) {
  WriteRun("a", 2);
  WriteRun("b", 3);
  store_.TrimBefore(store_.log()[4]->id);
  const auto reading = Read(At(StreamId{}));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(RunsOf(*reading), ElementsAre("b"));
}

TEST_F(LogReaderTest, ResumesAtEveryPosition) {
  WriteRun("a", 7);
  const std::vector<StreamId> log = LogIds();
  for (size_t i = 0; i < log.size(); ++i) {
    for (const std::string run : {"", "a"}) {
      const auto reading = Read(At(log[i], run));
      EXPECT_THAT(reading->AwaitEnd(), IsOk());
      EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds(i + 1))) << i << run;
      EXPECT_EQ(reading->cursor(), log.back());
    }
  }
}

TEST_F(LogReaderTest, GoesOnWithTheNextRunAfterATerminal) {
  WriteRun("a", 2);
  const StreamId terminal = LogIds().back();
  WriteRun("b", 3);
  WriteRun("c", 3);
  const auto reading = Read(At(terminal));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(RunsOf(*reading), ElementsAre("b"));
}

TEST_F(LogReaderTest, EndsAtOnceAtATerminalWithoutANextRun) {
  WriteRun("a", 2);
  const auto reading = Read(At(LogIds().back()));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->chunks(), IsEmpty());
  EXPECT_EQ(reading->cursor(), LogIds().back());
}

TEST_F(LogReaderTest, EndsAtOnceAtTheTerminalOfAnExpiredLog) {
  WriteRun("a", 2);
  const StreamId terminal = LogIds().back();
  store_.ExpireLog();
  const auto reading = Read(At(terminal));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
}

TEST_F(LogReaderTest, WaitsAtATerminalForTheRunThatIsQueued) {
  WriteRun("a", 2);
  const StreamId terminal = LogIds().back();
  store_.Admit("b");
  const auto reading = Read(At(terminal));
  ASSERT_TRUE(Eventually([&] { return store_.pages_read() > 0; }));
  store_.Begin("b");
  store_.Say();
  store_.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds(4)));
}

TEST_F(LogReaderTest, TellsTheCancellationOfTheRunItWaitsForAtATerminal) {
  WriteRun("a", 2);
  const StreamId terminal = LogIds().back();
  store_.Admit("b");
  const auto reading = Read(At(terminal));
  ASSERT_TRUE(Eventually([&] { return store_.pages_read() > 0; }));
  store_.CancelQueued("b");
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  ASSERT_EQ(reading->count(), 1u);
  EXPECT_EQ(reading->chunks()[0]->run_id, "b");
}

TEST_F(LogReaderTest, EndsAtOnceAtOrAfterTheNamedRunsTerminal) {
  WriteRun("a", 2);
  const StreamId terminal = LogIds().back();
  WriteRun("b", 2, /*open=*/true);
  for (const StreamId cursor : {terminal, LogIds()[5]}) {
    const auto reading = Read(At(cursor, "a"));
    EXPECT_THAT(reading->AwaitEnd(), IsOk());
    EXPECT_THAT(reading->chunks(), IsEmpty());
  }
}

TEST_F(LogReaderTest, TellsAnEndThatWasWrittenWhereTheCursorsTailWasLost) {
  WriteRun("a", 5, /*open=*/true);
  const StreamId lost = LogIds().back();
  store_.LoseTail(3);
  store_.Release();
  store_.Begin("a");
  store_.Complete();
  WriteRun("b", 3);
  const auto reading = Read(At(lost, "a"));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  ASSERT_EQ(reading->count(), 2u);
  EXPECT_TRUE(reading->chunks()[0]->IsAttemptStarted());
  EXPECT_TRUE(reading->chunks()[1]->IsTerminal());
  EXPECT_LT(reading->chunks()[1]->id.number(), lost.number());
}

TEST_F(LogReaderTest, EndsAtTheNamedRunsTerminalWhenTheLogHasExpired) {
  WriteRun("a", 2);
  const StreamId terminal = LogIds().back();
  store_.ExpireLog();
  EXPECT_THAT(Read(At(terminal, "a"))->AwaitEnd(), IsOk());
}

TEST_F(LogReaderTest, PassesOverOtherRunsToTheNamedOne) {
  WriteRun("a", 300);
  WriteRun("b", 3);
  const auto reading = Read(At(StreamId{}, "b"));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(RunsOf(*reading), ElementsAre("b"));
}

TEST_F(LogReaderTest, WaitsForANamedRunThatIsQueuedBehindAnother) {
  WriteRun("a", 2, /*open=*/true);
  store_.Admit("b");
  const auto reading = Read(At(std::nullopt, "b"));
  ASSERT_TRUE(Eventually([&] { return store_.pages_read() > 0; }));
  store_.Say();
  store_.Complete();
  store_.Begin("b");
  store_.Say();
  store_.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds(5)));
}

TEST_F(LogReaderTest, StartsAtTheNewestRunThoughAnotherIsActive) {
  WriteRun("a", 2, /*open=*/true);
  store_.Admit("b");
  const auto reading = Read(At(std::nullopt));
  ASSERT_TRUE(Eventually([&] { return store_.pages_read() > 0; }));
  store_.Complete();
  store_.Begin("b");
  store_.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(RunsOf(*reading), ElementsAre("b"));
}

class CancelledInTheQueueTest : public LogReaderTest,
                                public ::testing::WithParamInterface<bool> {
 protected:
  std::string Named() const { return GetParam() ? "b" : ""; }
  void ExpectOnlyCancelled(const testing::Reading& reading) {
    EXPECT_THAT(reading.AwaitEnd(), IsOk());
    ASSERT_EQ(reading.count(), 1u);
    const Chunk& chunk = *reading.chunks()[0];
    EXPECT_TRUE(std::holds_alternative<RunCancelled>(chunk.content));
    EXPECT_EQ(chunk.run_id, "b");
    EXPECT_EQ(chunk.attempt, 0);
    EXPECT_EQ(chunk.sequence, 0);
    EXPECT_EQ(chunk.id, store_.record_last());
    EXPECT_EQ(reading.cursor(), chunk.id);
  }
};

INSTANTIATE_TEST_SUITE_P(NamedOrNewest, CancelledInTheQueueTest,
                         ::testing::Bool());

TEST_P(CancelledInTheQueueTest, IsToldAsTheRunsOnlyChunk) {
  WriteRun("a", 2);
  store_.Admit("b");
  store_.CancelQueued("b");
  ExpectOnlyCancelled(*Read(At(std::nullopt, Named())));
}

TEST_P(CancelledInTheQueueTest, IsToldToAReaderThatWaits) {
  WriteRun("a", 2, /*open=*/true);
  store_.Admit("b");
  const auto reading = Read(At(std::nullopt, Named()));
  ASSERT_TRUE(Eventually([&] { return store_.pages_read() > 0; }));
  store_.Say();
  store_.CancelQueued("b");
  ExpectOnlyCancelled(*reading);
}

TEST_P(CancelledInTheQueueTest, IsToldInAConversationWithoutALog) {
  store_.Admit("b");
  store_.CancelQueued("b");
  ExpectOnlyCancelled(*Read(At(std::nullopt, Named())));
}

TEST_F(LogReaderTest, TellsFromZeroOfARunThatNeverBeganWhereNothingIsWritten) {
  for (const char* run : {"a", "b"}) {
    store_.Admit(run);
    store_.CancelQueued(run);
  }
  const auto reading = Read(At(StreamId{}));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  ASSERT_EQ(reading->count(), 1u);
  const Chunk& chunk = *reading->chunks()[0];
  EXPECT_TRUE(std::holds_alternative<RunCancelled>(chunk.content));
  EXPECT_EQ(chunk.run_id, "b");
}

TEST_F(LogReaderTest, FollowsAcrossRunsUntilCancelled) {
  WriteRun("a", 2);
  const auto reading = Read(Following(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(4));
  WriteRun("b", 2);
  ASSERT_TRUE(reading->AwaitCount(8));
  WriteRun("c", 2);
  ASSERT_TRUE(reading->AwaitCount(12));
  EXPECT_EQ(reading->end(), std::nullopt);
  reading->Cancel();
  EXPECT_THAT(reading->AwaitEnd(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(LogReaderTest, FollowsOnAfterARunThatWasCancelledInTheQueue) {
  WriteRun("a", 2);
  store_.Admit("b");
  const auto reading = Read(Following(std::nullopt));
  store_.CancelQueued("b");
  ASSERT_TRUE(reading->AwaitCount(1));
  WriteRun("c", 2);
  ASSERT_TRUE(reading->AwaitCount(5));
  EXPECT_EQ(reading->end(), std::nullopt);
}

TEST_F(LogReaderTest, DoesNotKnowAnUnknownRun) {
  WriteRun("a", 2);
  EXPECT_THAT(Read(At(std::nullopt, "x"))->AwaitEnd(),
              HasReason(reason::kRunNotFound));
  EXPECT_THAT(Read(At(LogIds()[0], "x"))->AwaitEnd(),
              HasReason(reason::kRunNotFound));
}

TEST_F(LogReaderTest, DoesNotKnowAnUnknownConversation) {
  EXPECT_THAT(Read(At(std::nullopt))->AwaitEnd(),
              HasReason(reason::kConversationNotFound));
}

TEST_F(LogReaderTest, DoesNotShowAnotherPrincipalsConversation) {
  WriteRun("a", 2, /*open=*/true);
  const auto owner = Read(At(std::nullopt));
  ASSERT_TRUE(owner->AwaitCount(3));
  ReadRequest request = At(std::nullopt);
  request.conversation.principal = "other";
  const auto end = Read(std::move(request))->AwaitEnd();
  EXPECT_THAT(end, HasReason(reason::kConversationNotFound));
}

TEST_F(LogReaderTest, WaitsForAConversationThatDoesNotExistYet) {
  ReadRequest request = At(std::nullopt);
  request.wait = absl::Minutes(1);
  const auto reading = Read(std::move(request));
  ASSERT_TRUE(Eventually([&] { return store_.pages_read() > 0; }));
  WriteRun("a", 2);
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(LogReaderTest, WaitsNoLongerThanAskedForAConversation) {
  ReadRequest request = At(std::nullopt);
  request.wait = absl::Milliseconds(30);
  EXPECT_THAT(Read(std::move(request))->AwaitEnd(),
              HasReason(reason::kConversationNotFound));
}

TEST_F(LogReaderTest, TellsThatANamedRunWasTrimmed) {
  WriteRun("a", 2);
  WriteRun("b", 2);
  store_.TrimBefore(LogIds()[4]);
  const auto end = Read(At(std::nullopt, "a"))->AwaitEnd();
  EXPECT_THAT(end, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(end, HasReason(reason::kCursorTrimmed));
  // From the oldest chunk kept there is none of the run: no end is told that
  // was not seen.
  EXPECT_THAT(Read(At(StreamId{}, "a"))->AwaitEnd(),
              HasReason(reason::kCursorTrimmed));
}

TEST_F(LogReaderTest, TellsThatANamedRunHasExpired) {
  WriteRun("a", 2);
  store_.ExpireLog();
  EXPECT_THAT(Read(At(std::nullopt, "a"))->AwaitEnd(),
              HasReason(reason::kStreamExpired));
  EXPECT_THAT(Read(At(std::nullopt))->AwaitEnd(),
              HasReason(reason::kStreamExpired));
}

TEST_F(LogReaderTest, ReadsANamedRunThoughWhatLayBeforeItWasTrimmed) {
  WriteRun("a", 2);
  const StreamId accepted = LogIds()[1];
  WriteRun("b", 2);
  store_.TrimBefore(LogIds()[4]);
  const auto reading = Read(At(accepted, "b"));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
  EXPECT_THAT(Read(At(accepted))->AwaitEnd(),
              HasReason(reason::kCursorTrimmed));
}

TEST_F(LogReaderTest, WaitsForANewRunThoughTheLogHasExpired) {
  WriteRun("a", 2);
  store_.ExpireLog();
  store_.Admit("b");
  const auto named = Read(At(StreamId{}, "b"));
  const auto oldest = Read(At(StreamId{}));
  ASSERT_TRUE(Eventually([&] { return store_.pages_read() > 1; }));
  store_.Begin("b");
  store_.Complete();
  EXPECT_THAT(named->AwaitEnd(), IsOk());
  EXPECT_THAT(oldest->AwaitEnd(), IsOk());
  EXPECT_THAT(named->ids(), ElementsAreArray(LogIds()));
  EXPECT_THAT(oldest->ids(), ElementsAreArray(LogIds()));
}

TEST_F(LogReaderTest, PassesOverATornEndAndTellsTheRealOne) {
  store_.Admit("a");
  store_.Begin("a");
  store_.Say();
  const ChunkPtr torn = store_.TearCompletion();
  const auto reading = Read(At(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(2));
  EXPECT_EQ(reading->cursor(), LogIds()[1]);
  const ChunkPtr real = store_.Complete();
  EXPECT_EQ(real->id.number(), torn->id.number());
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAre(LogIds()[0], LogIds()[1], real->id));
}

TEST_F(LogReaderTest, CutsBatchesByCountAndBytes) {
  options_.max_batch_chunks = 10;
  WriteRun("a", 98);
  const auto reading = Read(At(StreamId{}));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_GE(reading->batches(), 10u);
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(LogReaderTest, SendsALargeChunkAlone) {
  options_.max_batch_bytes = 1000;
  store_.Admit("a");
  store_.Begin("a");
  for (int i = 0; i < 5; ++i) store_.Say(std::string(5000, 'x'));
  store_.Complete();
  const auto reading = Read(At(StreamId{}));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_EQ(reading->count(), 7u);
  EXPECT_GE(reading->batches(), 6u);
}

TEST_F(LogReaderTest, CallsBackInsideNextWithoutGoingDeeper) {
  WriteRun("a", 200);
  options_.max_batch_chunks = 1;
  const auto reader = Open(At(StreamId{}));
  std::promise<void> ended;
  int depth = 0;
  int deepest = 0;
  std::function<void()> next = [&] {
    reader->Next([&](absl::StatusOr<ReadBatch> batch) {
      deepest = std::max(deepest, ++depth);
      const bool over = !batch.ok() || batch->ended;
      if (!over) next();
      --depth;
      if (over) ended.set_value();
    });
  };
  next();
  ended.get_future().wait();
  EXPECT_EQ(deepest, 1);
}

TEST_F(LogReaderTest, AnswersCancelledToAPendingNext) {
  WriteRun("a", 2, /*open=*/true);
  const auto reading = Read(At(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(3));
  reading->Cancel();
  EXPECT_THAT(reading->AwaitEnd(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(Eventually([&] { return store_.watched().empty(); }));
}

}  // namespace
}  // namespace agent
