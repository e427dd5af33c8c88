// Which chunk is next, which is a repetition, and what proves a gap.
#include "client/src/chunk_order.h"

#include <gmock/gmock.h>

#include "agent/client/errors.h"
#include "tests/client/scripted_log.h"
#include "tests/testing/status_matchers.h"

namespace agent::client {
namespace {

using agent::testing::IsOkAndHolds;
using testing::ScriptedLog;

constexpr bool kNext = true;
constexpr bool kRepeat = false;

bool IsGap(const absl::StatusOr<bool>& result) {
  return StreamErrorOf(result.status()) == StreamError::kIncomplete;
}

ScriptedLog TwoRuns() {
  ScriptedLog log;
  log.Attempt().Text("a").Text("b").Complete("ab");                   // 0..3
  log.NextRun("run-2").Attempt().Text("c").Text("d").Complete("cd");  // 4..7
  return log;
}

TEST(ChunkOrderTest, TakesALogFromItsStartAcrossRuns) {
  const ScriptedLog log = TwoRuns();
  ChunkOrder order("", "");
  for (const v1::ResponseChunk& chunk : log.chunks()) {
    EXPECT_THAT(order.Take(chunk), IsOkAndHolds(kNext));
    EXPECT_EQ(order.cursor(), chunk.cursor());
  }
  EXPECT_TRUE(order.ended());
}

TEST(ChunkOrderTest, DropsWhatWasSeen) {
  const ScriptedLog log = TwoRuns();
  ChunkOrder order("", "");
  for (size_t i = 0; i < 3; ++i) ASSERT_OK(order.Take(log.At(i)));
  EXPECT_THAT(order.Take(log.At(1)), IsOkAndHolds(kRepeat));
  EXPECT_THAT(order.Take(log.At(2)), IsOkAndHolds(kRepeat));
  EXPECT_EQ(order.cursor(), log.CursorAt(2));
  EXPECT_THAT(order.Take(log.At(3)), IsOkAndHolds(kNext));
}

TEST(ChunkOrderTest, DropsWhatItsWriterWroteAgainUnderAnotherId) {
  ScriptedLog log;
  log.Attempt().Text("a").Text("b").LoseTail(1).Text("b").Text("c");
  ChunkOrder order("", "");
  for (size_t i = 0; i < 3; ++i) ASSERT_OK(order.Take(log.At(i)));
  EXPECT_THAT(order.Take(log.At(3)), IsOkAndHolds(kRepeat));
  EXPECT_THAT(order.Take(log.At(4)), IsOkAndHolds(kNext));
}

TEST(ChunkOrderTest, ABeginningAttemptIsNeverARepetition) {
  // The store lost the attempt and its text; the number and the attempt come
  // again, with other text.
  ScriptedLog log;
  log.Attempt().Text("a").Text("b").LoseTail(3).NextRun("run-1");
  log.Attempt().Text("x").Text("y").Text("z");
  ChunkOrder order("", "");
  for (const v1::ResponseChunk& chunk : log.chunks()) {
    EXPECT_THAT(order.Take(chunk), IsOkAndHolds(kNext)) << chunk.DebugString();
  }
}

TEST(ChunkOrderTest, AMissingEntryIsAGapAndMovesNothing) {
  const ScriptedLog log = TwoRuns();
  ChunkOrder order("", "");
  ASSERT_OK(order.Take(log.At(0)));
  EXPECT_TRUE(IsGap(order.Take(log.At(2))));
  EXPECT_EQ(order.cursor(), log.CursorAt(0));
  EXPECT_THAT(order.Take(log.At(1)), IsOkAndHolds(kNext));
}

TEST(ChunkOrderTest, AMissingSequenceIsAGapEvenIfNumbersAreDense) {
  ScriptedLog log;
  log.Attempt().Text("a").Text("b");
  log.Last()->set_sequence(3);
  ChunkOrder order("", "");
  ASSERT_OK(order.Take(log.At(0)));
  ASSERT_OK(order.Take(log.At(1)));
  EXPECT_TRUE(IsGap(order.Take(log.At(2))));
}

TEST(ChunkOrderTest, ARunThatDoesNotBeginAtItsBeginningIsAGap) {
  const ScriptedLog log = TwoRuns();
  for (const char* cursor : {"", "0-0"}) {
    ChunkOrder order(cursor, "");
    EXPECT_TRUE(IsGap(order.Take(log.At(1)))) << cursor;
  }
}

TEST(ChunkOrderTest, AWholeRunThatIsMissingIsAGap) {
  ScriptedLog log = TwoRuns();
  log.NextRun("run-3").Attempt();
  ChunkOrder order("", "");
  for (size_t i = 0; i < 4; ++i) ASSERT_OK(order.Take(log.At(i)));
  EXPECT_TRUE(IsGap(order.Take(log.At(8))));
}

TEST(ChunkOrderTest, ACursorFromElsewhereGoesOnRightAfterIt) {
  const ScriptedLog log = TwoRuns();
  ChunkOrder order(log.CursorAt(1), "");
  EXPECT_TRUE(IsGap(order.Take(log.At(3))));
  EXPECT_THAT(order.Take(log.At(1)), IsOkAndHolds(kRepeat));
  EXPECT_THAT(order.Take(log.At(2)), IsOkAndHolds(kNext));
  EXPECT_THAT(order.Take(log.At(3)), IsOkAndHolds(kNext));
}

TEST(ChunkOrderTest, ARunByNameMayBeginLongAfterTheCursor) {
  const ScriptedLog log = TwoRuns();
  ChunkOrder order(log.CursorAt(0), "run-2");
  EXPECT_THAT(order.Take(log.At(4)), IsOkAndHolds(kNext));
  EXPECT_THAT(order.Take(log.At(5)), IsOkAndHolds(kNext));
}

TEST(ChunkOrderTest, AChunkOfARunThatWasNotAskedForIsRefused) {
  const ScriptedLog log = TwoRuns();
  ChunkOrder order("", "run-2");
  EXPECT_TRUE(IsGap(order.Take(log.At(0))));
}

TEST(ChunkOrderTest, WhatANewAttemptDiscardsAnywayMayBeMissing) {
  ScriptedLog log;
  log.Attempt().Text("a").Text("lost").Text("lost");
  log.Attempt(log.CursorAt(1)).Text("b");
  ChunkOrder order("", "");
  ASSERT_OK(order.Take(log.At(0)));
  ASSERT_OK(order.Take(log.At(1)));
  EXPECT_THAT(order.Take(log.At(4)), IsOkAndHolds(kNext));
  EXPECT_THAT(order.Take(log.At(5)), IsOkAndHolds(kNext));
}

TEST(ChunkOrderTest, WhatStandsMayNotBeMissingBeforeAnAttempt) {
  ScriptedLog log;
  log.Attempt().Text("a").Text("stands").Text("lost");
  log.Attempt(log.CursorAt(2)).Text("b");
  ChunkOrder order("", "");
  ASSERT_OK(order.Take(log.At(0)));
  ASSERT_OK(order.Take(log.At(1)));
  EXPECT_TRUE(IsGap(order.Take(log.At(4))));
}

TEST(ChunkOrderTest, ARunCancelledInTheQueueHasNoNumberOfItsOwn) {
  const ScriptedLog log = TwoRuns();
  v1::ResponseChunk cancelled;
  cancelled.set_run_id("run-9");
  cancelled.set_cursor(log.CursorAt(7));
  cancelled.mutable_cancelled();
  ChunkOrder order(log.CursorAt(7), "run-9");
  EXPECT_THAT(order.Take(cancelled), IsOkAndHolds(kNext));
  EXPECT_TRUE(order.ended());
  EXPECT_THAT(order.Take(cancelled), IsOkAndHolds(kRepeat));
}

TEST(ChunkOrderTest, ACancelledRunAsideDoesNotMoveTheCursorOfAnother) {
  const ScriptedLog log = TwoRuns();
  ChunkOrder order("", "");
  ASSERT_OK(order.Take(log.At(0)));
  v1::ResponseChunk cancelled;
  cancelled.set_run_id("run-9");
  cancelled.set_cursor(log.CursorAt(3));
  cancelled.mutable_cancelled();
  EXPECT_THAT(order.Take(cancelled), IsOkAndHolds(kNext));
  EXPECT_EQ(order.cursor(), log.CursorAt(0));
  EXPECT_THAT(order.Take(log.At(1)), IsOkAndHolds(kNext));
}

TEST(ChunkOrderTest, OtherProgramsEntriesAreOrderedByTheirIds) {
  v1::ResponseChunk first;
  first.set_cursor("1734649123456-0");
  first.set_text("a");
  v1::ResponseChunk second;
  second.set_cursor("1734649123456-1");
  second.set_text("b");
  ChunkOrder order("0-0", "");
  EXPECT_THAT(order.Take(first), IsOkAndHolds(kNext));
  EXPECT_THAT(order.Take(first), IsOkAndHolds(kRepeat));
  EXPECT_THAT(order.Take(second), IsOkAndHolds(kNext));
}

TEST(ChunkOrderTest, AChunkWithoutAPositionIsRefused) {
  for (const char* cursor : {"", "5", "a-b", "1-", "-1", "1-2x", "1--2"}) {
    v1::ResponseChunk chunk;
    chunk.set_cursor(cursor);
    chunk.set_text("a");
    ChunkOrder order("", "");
    EXPECT_TRUE(IsGap(order.Take(chunk))) << cursor;
  }
}

TEST(ChunkOrderTest, ABatchsCursorNeverGoesAheadOfAnUnfinishedRun) {
  const ScriptedLog log = TwoRuns();
  ChunkOrder order("", "");
  ASSERT_OK(order.Take(log.At(0)));
  order.Reach(log.CursorAt(2));
  EXPECT_EQ(order.cursor(), log.CursorAt(0));
}

TEST(ChunkOrderTest, ABatchsCursorMovesTheStartOfASilentStream) {
  const ScriptedLog log = TwoRuns();
  ChunkOrder order("", "");
  order.Reach(log.CursorAt(3));
  EXPECT_EQ(order.cursor(), log.CursorAt(3));
  order.Reach(log.CursorAt(1));
  EXPECT_EQ(order.cursor(), log.CursorAt(3));
  EXPECT_THAT(order.Take(log.At(4)), IsOkAndHolds(kNext));
}

TEST(ChunkOrderTest, ARewrittenEntrysIdIsTakenFromTheBatch) {
  ScriptedLog log;
  log.Attempt().Text("a").LoseTail(1).Text("a");
  ChunkOrder order("", "");
  for (const v1::ResponseChunk& chunk : log.chunks()) {
    ASSERT_OK(order.Take(chunk));
  }
  order.Reach(log.CursorAt(2));
  EXPECT_EQ(order.cursor(), log.CursorAt(2));
}

}  // namespace
}  // namespace agent::client
