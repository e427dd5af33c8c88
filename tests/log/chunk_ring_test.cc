#include "lib/log/chunk_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/log/chunk_builders.h"

namespace agent {
namespace {

using ::testing::ElementsAre;
using testing::Id;
using ::testing::IsEmpty;
using testing::Text;

constexpr size_t kMany = 1 << 20;

std::vector<int64_t> Numbers(const std::vector<ChunkPtr>& chunks) {
  std::vector<int64_t> numbers;
  for (const ChunkPtr& chunk : chunks) numbers.push_back(chunk->id.number());
  return numbers;
}

TEST(ChunkRingTest, KnowsWhatFollowsEachPosition) {
  ChunkRing ring(10, kMany);
  ring.Reset(Id(4));
  for (int64_t n = 5; n <= 7; ++n) ring.Push(Text(Id(n)));
  EXPECT_THAT(Numbers(*ring.After(Id(4), kMany, kMany)), ElementsAre(5, 6, 7));
  EXPECT_THAT(Numbers(*ring.After(Id(6), kMany, kMany)), ElementsAre(7));
  EXPECT_THAT(*ring.After(Id(7), kMany, kMany), IsEmpty());
}

TEST(ChunkRingTest, DoesNotKnowOtherPositions) {
  ChunkRing ring(10, kMany);
  ring.Reset(Id(4));
  ring.Push(Text(Id(5)));
  EXPECT_FALSE(ring.After(Id(3), kMany, kMany).has_value());
  EXPECT_FALSE(ring.After(Id(9), kMany, kMany).has_value());
  // The same number under another id: written again.
  EXPECT_FALSE(ring.After(Id(4, 2), kMany, kMany).has_value());
}

TEST(ChunkRingTest, DropsTheOldestBeyondItsCount) {
  ChunkRing ring(3, kMany);
  ring.Reset({});
  for (int64_t n = 1; n <= 5; ++n) ring.Push(Text(Id(n)));
  EXPECT_EQ(ring.size(), 3u);
  EXPECT_FALSE(ring.After(Id(1), kMany, kMany).has_value());
  EXPECT_THAT(Numbers(*ring.After(Id(2), kMany, kMany)), ElementsAre(3, 4, 5));
}

TEST(ChunkRingTest, DropsTheOldestBeyondItsBytesButKeepsTheNewest) {
  const size_t one = Text(Id(1))->ByteSize();
  ChunkRing ring(100, 2 * one + one / 2);
  ring.Reset({});
  for (int64_t n = 1; n <= 5; ++n) ring.Push(Text(Id(n)));
  EXPECT_EQ(ring.size(), 2u);
  EXPECT_LE(ring.bytes(), 2 * one + one / 2);
  ring.Push(testing::MakeChunk(Id(6), TextPiece{std::string(10 * one, 'x')}));
  EXPECT_EQ(ring.size(), 1u);
  EXPECT_THAT(Numbers(*ring.After(Id(5), kMany, kMany)), ElementsAre(6));
}

TEST(ChunkRingTest, GivesAtMostWhatIsAskedForButOneChunkAtLeast) {
  const size_t one = Text(Id(1))->ByteSize();
  ChunkRing ring(100, kMany);
  ring.Reset({});
  for (int64_t n = 1; n <= 5; ++n) ring.Push(Text(Id(n)));
  EXPECT_THAT(Numbers(*ring.After({}, 2, kMany)), ElementsAre(1, 2));
  EXPECT_THAT(Numbers(*ring.After({}, kMany, 3 * one)), ElementsAre(1, 2, 3));
  EXPECT_THAT(Numbers(*ring.After({}, kMany, 1)), ElementsAre(1));
}

TEST(ChunkRingTest, ForgetsEverythingOnReset) {
  ChunkRing ring(100, kMany);
  ring.Reset({});
  ring.Push(Text(Id(1)));
  ring.Reset(Id(9));
  EXPECT_EQ(ring.size(), 0u);
  EXPECT_EQ(ring.bytes(), 0u);
  EXPECT_EQ(ring.end(), Id(9));
}

}  // namespace
}  // namespace agent
