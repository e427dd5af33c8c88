// The bytes of a batch: what protobuf would make, of parts that are made once.
#include "service/batch_message.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agent/v1/agent_service.pb.h"

namespace agent {
namespace {

ChunkPtr Text(int64_t number, std::string text) {
  auto chunk = std::make_shared<Chunk>();
  chunk->id = {1000, static_cast<uint64_t>(number) * 1000 + 1};
  chunk->run_id = "run";
  chunk->sequence = number - 1;
  chunk->attempt = 1;
  chunk->content = TextPiece{std::move(text)};
  return chunk;
}

ReadBatch BatchOf(std::vector<ChunkPtr> chunks) {
  ReadBatch batch;
  batch.cursor = chunks.empty() ? StreamId{} : chunks.back()->id;
  batch.chunks = std::move(chunks);
  return batch;
}

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
  const v1::ResponseBatch batch =
      Parsed(BatchMessage(BatchOf({Text(1, "a"), Text(2, "b"), Text(3, large),
                                   Text(4, large), Text(5, "")})));
  ASSERT_EQ(batch.chunks_size(), 5);
  EXPECT_EQ(batch.chunks(0).text(), "a");
  EXPECT_EQ(batch.chunks(1).cursor(), "1000-2001");
  EXPECT_EQ(batch.chunks(2).text(), large);
  EXPECT_EQ(batch.chunks(3).sequence(), 3);
  EXPECT_EQ(batch.chunks(4).run_id(), "run");
  EXPECT_EQ(batch.cursor(), "1000-5001");
}

TEST(BatchMessageTest, SharesTheBytesOfALargeChunk) {
  const ChunkPtr chunk = Text(1, std::string(5000, 'x'));
  const auto one = SlicesOf(BatchMessage(BatchOf({Text(0, "a"), chunk})));
  const auto other = SlicesOf(BatchMessage(BatchOf({chunk})));
  ASSERT_EQ(one.size(), 3u);  // what is before it, it, and the cursor
  ASSERT_EQ(other.size(), 2u);
  EXPECT_EQ(one[1].begin(), other[0].begin());
}

TEST(BatchMessageTest, OutlivesItsBatch) {
  const std::string large(5000, 'x');
  std::weak_ptr<const Chunk> chunk;
  {
    ReadBatch batch = BatchOf({Text(1, large)});
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
  const ChunkPtr chunk = Text(1, "a");
  EXPECT_EQ(chunk->encoded.Get([] { return std::string("first"); }), "first");
  EXPECT_EQ(chunk->encoded.Get([] { return std::string("again"); }), "first");
  const Chunk copy = *chunk;
  EXPECT_EQ(copy.encoded.Get([] { return std::string("copy"); }), "copy");
}

}  // namespace
}  // namespace agent
