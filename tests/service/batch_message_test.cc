// The bytes of a batch: what protobuf would make, of parts that are made once.
#include "service/batch_message.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agent/v1/agent_service.pb.h"
#include "tests/service/fake_reader.h"

namespace agent {
namespace {

using testing::BatchOf;
using testing::TextChunk;

std::vector<grpc::Slice> SlicesOf(const grpc::ByteBuffer& message) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(message.Dump(&slices).ok());
  return slices;
}

v1::ResponseBatch Parsed(const grpc::ByteBuffer& message) {
  std::string bytes;
  for (const grpc::Slice& slice : SlicesOf(message)) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  v1::ResponseBatch batch;
  EXPECT_TRUE(batch.ParseFromString(bytes));
  return batch;
}

TEST(BatchMessageTest, SaysSmallAndLargeChunksInOrder) {
  const std::string large(5000, 'x');
  const v1::ResponseBatch batch = Parsed(BatchMessage(
      BatchOf({TextChunk(1, "a"), TextChunk(2, "b"), TextChunk(3, large),
               TextChunk(4, large), TextChunk(5, "")})));
  ASSERT_EQ(batch.chunks_size(), 5);
  EXPECT_EQ(batch.chunks(0).text(), "a");
  EXPECT_EQ(batch.chunks(1).cursor(), "1000-2001");
  EXPECT_EQ(batch.chunks(2).text(), large);
  EXPECT_EQ(batch.chunks(3).sequence(), 3);
  EXPECT_EQ(batch.chunks(4).run_id(), "run");
  EXPECT_EQ(batch.cursor(), "1000-5001");
}

TEST(BatchMessageTest, SharesTheBytesOfALargeChunk) {
  const ChunkPtr chunk = TextChunk(1, std::string(5000, 'x'));
  const auto one = SlicesOf(BatchMessage(BatchOf({TextChunk(0, "a"), chunk})));
  const auto other = SlicesOf(BatchMessage(BatchOf({chunk})));
  ASSERT_EQ(one.size(), 3u);  // what is before it, it, and the cursor
  ASSERT_EQ(other.size(), 2u);
  EXPECT_EQ(one[1].begin(), other[0].begin());
}

TEST(BatchMessageTest, OutlivesItsBatch) {
  const std::string large(5000, 'x');
  std::weak_ptr<const Chunk> chunk;
  {
    ReadBatch batch = BatchOf({TextChunk(1, large)});
    chunk = batch.chunks.front();
    const grpc::ByteBuffer message = BatchMessage(batch);
    batch = ReadBatch();
    EXPECT_EQ(Parsed(message).chunks(0).text(), large);
  }
  EXPECT_TRUE(chunk.expired());
}

TEST(BatchMessageTest, SaysAHeartbeatWithoutChunks) {
  const v1::ResponseBatch batch = Parsed(HeartbeatMessage("7-1001"));
  EXPECT_EQ(batch.chunks_size(), 0);
  EXPECT_EQ(batch.cursor(), "7-1001");
}

TEST(EncodedOnceTest, AsksOnceAndNotForACopy) {
  const ChunkPtr chunk = TextChunk(1, "a");
  EXPECT_EQ(chunk->encoded.Get([] { return std::string("first"); }), "first");
  EXPECT_EQ(chunk->encoded.Get([] { return std::string("again"); }), "first");
  const Chunk copy = *chunk;
  EXPECT_EQ(copy.encoded.Get([] { return std::string("copy"); }), "copy");
}

}  // namespace
}  // namespace agent
