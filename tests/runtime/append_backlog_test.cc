#include "lib/runtime/append_backlog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agent::testing {
namespace {

using ::testing::SizeIs;

constexpr SteadyTime kStart{};

TEST(AppendBacklogTest, AnEmptyOneMakesAHeartbeat) {
  AppendBacklog backlog(5, 2);
  EXPECT_TRUE(backlog.empty());
  const AppendRequest request = backlog.NextRequest();
  EXPECT_EQ(request.sequence, 5);
  EXPECT_EQ(request.step_index, 2);
  EXPECT_TRUE(request.chunks.empty());
}

TEST(AppendBacklogTest, ARequestIsTheSameUntilItIsAcknowledged) {
  AppendBacklog backlog(0, 0);
  backlog.AddChunk(TextPiece{"a"});
  EXPECT_THAT(backlog.NextRequest().chunks, SizeIs(1));
  backlog.AddChunk(TextPiece{"b"});
  EXPECT_THAT(backlog.NextRequest().chunks, SizeIs(1));
  backlog.Acknowledge(kStart);
  const AppendRequest next = backlog.NextRequest();
  EXPECT_EQ(next.sequence, 1);
  EXPECT_EQ(next.chunks[0], ChunkContent(TextPiece{"b"}));
}

TEST(AppendBacklogTest, AStepEndsARequestAndGoesWithAFullOne) {
  AppendBacklog backlog(0, 0);
  for (size_t i = 0; i < kMaxAppendChunks; ++i) {
    backlog.AddChunk(TextPiece{"x"});
  }
  backlog.AddStep("step");
  backlog.AddChunk(TextPiece{"y"});
  const AppendRequest full = backlog.NextRequest();
  EXPECT_THAT(full.chunks, SizeIs(kMaxAppendChunks));
  EXPECT_EQ(full.step, "step");
}

TEST(AppendBacklogTest, AStepAloneIsARequest) {
  AppendBacklog backlog(3, 1);
  backlog.AddStep("one");
  backlog.AddStep("two");
  EXPECT_EQ(backlog.NextRequest().step, "one");
  backlog.Acknowledge(kStart);
  EXPECT_EQ(backlog.NextRequest().step_index, 2);
  EXPECT_EQ(backlog.NextRequest().step, "two");
}

TEST(AppendBacklogTest, TheEndGoesWithItsStep) {
  AppendBacklog backlog(0, 0);
  backlog.AddChunk(TextPiece{"x"});
  backlog.AddStep("final");
  backlog.AddEnd(RunEnd{});
  const AppendRequest last = backlog.NextRequest();
  EXPECT_EQ(last.step, "final");
  EXPECT_TRUE(last.end.has_value());
  EXPECT_TRUE(backlog.EndInFlight());
  EXPECT_THAT(backlog.InFlight(), SizeIs(2));
}

TEST(AppendBacklogTest, WhatWasStoredIsKeptForAWhile) {
  AppendBacklog backlog(0, 0);
  for (int i = 0; i < 3; ++i) {
    backlog.AddChunk(TextPiece{"x"});
    (void)backlog.NextRequest();
    backlog.Acknowledge(kStart + std::chrono::seconds(i));
  }
  EXPECT_TRUE(backlog.Rewind(1, 0));
  EXPECT_EQ(backlog.NextRequest().sequence, 1);
  EXPECT_THAT(backlog.NextRequest().chunks, SizeIs(2));
}

TEST(AppendBacklogTest, WhatIsOlderThanTheWindowIsDropped) {
  AppendBacklog backlog(0, 0);
  backlog.AddChunk(TextPiece{"old"});
  (void)backlog.NextRequest();
  backlog.Acknowledge(kStart);
  backlog.AddChunk(TextPiece{"new"});
  (void)backlog.NextRequest();
  backlog.Acknowledge(kStart + ToChrono(kKeepStored));
  EXPECT_FALSE(backlog.Rewind(0, 0));
  EXPECT_TRUE(backlog.Rewind(1, 0));
}

TEST(AppendBacklogTest, WhatIsKeptIsBoundedInBytes) {
  AppendBacklog backlog(0, 0);
  constexpr size_t kPiece = 256 << 10;
  for (size_t kept = 0; kept <= kMaxKeptBytes; kept += kPiece) {
    backlog.AddChunk(TextPiece{std::string(kPiece, 'x')});
    (void)backlog.NextRequest();
    backlog.Acknowledge(kStart);
  }
  EXPECT_FALSE(backlog.Rewind(0, 0));
  EXPECT_TRUE(backlog.Rewind(1, 0));
}

TEST(AppendBacklogTest, ARewindCountsWhatWaitsAgain) {
  AppendBacklog backlog(0, 0);
  backlog.AddChunk(TextPiece{"abc"});
  (void)backlog.NextRequest();
  backlog.Acknowledge(kStart);
  EXPECT_EQ(backlog.waiting_bytes(), 0u);
  ASSERT_TRUE(backlog.Rewind(0, 0));
  EXPECT_EQ(backlog.waiting_bytes(), 3u);
  EXPECT_EQ(backlog.waiting_chunks(), 1u);
}

TEST(AppendBacklogTest, AStepThatStandsBeforeWhatIsKeptCannotBeRewound) {
  AppendBacklog backlog(0, 0);
  backlog.AddStep("old");
  (void)backlog.NextRequest();
  backlog.Acknowledge(kStart);
  backlog.AddChunk(TextPiece{"new"});
  (void)backlog.NextRequest();
  backlog.Acknowledge(kStart + ToChrono(kKeepStored));
  EXPECT_FALSE(backlog.Rewind(0, 0));
}

TEST(AppendBacklogTest, ANothingKeptThatIsAskedForIsRefused) {
  AppendBacklog backlog(4, 1);
  EXPECT_FALSE(backlog.Rewind(3, 1));
  EXPECT_FALSE(backlog.Rewind(4, 0));
}

TEST(AppendBacklogTest, ClearedItGoesOnFromWhereItIsTold) {
  AppendBacklog backlog(0, 0);
  backlog.AddChunk(TextPiece{"x"});
  backlog.Clear(7, 3);
  EXPECT_TRUE(backlog.empty());
  EXPECT_EQ(backlog.waiting_sequence(), 7);
  EXPECT_EQ(backlog.waiting_step(), 3);
}

}  // namespace
}  // namespace agent::testing
