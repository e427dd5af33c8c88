#include "service/batch_message.h"

#include <memory>
#include <utility>
#include <vector>

#include "agent/v1/agent_service.pb.h"
#include "service/proto_conversion.h"

namespace agent {
namespace {

// From here on a reference is cheaper than a copy, above all for many readers
// that stand still.
constexpr size_t kReferFrom = 1024;

// Messages one after the other are one message with the fields of both: a batch
// is one for each chunk, and one with the cursor.
std::string Encode(const Chunk& chunk) {
  v1::ResponseBatch batch;
  ToProto(chunk, batch.add_chunks());
  return batch.SerializeAsString();
}

std::string EncodeCursor(const std::string& cursor) {
  v1::ResponseBatch batch;
  batch.set_cursor(cursor);
  return batch.SerializeAsString();
}

// `bytes`, which live as long as `owner` does.
template <typename Owner>
grpc::Slice SliceOf(const std::string& bytes, std::unique_ptr<Owner> owner) {
  return grpc::Slice(
      const_cast<char*>(bytes.data()), bytes.size(),
      [](void* held) { delete static_cast<Owner*>(held); }, owner.release());
}

grpc::Slice SliceOf(std::string bytes) {
  auto owner = std::make_unique<std::string>(std::move(bytes));
  const std::string& held = *owner;
  return SliceOf(held, std::move(owner));
}

}  // namespace

grpc::ByteBuffer BatchMessage(const ReadBatch& batch) {
  std::vector<grpc::Slice> slices;
  std::string copied;
  for (const ChunkPtr& chunk : batch.chunks) {
    const std::string& bytes =
        chunk->encoded.Get([&chunk] { return Encode(*chunk); });
    if (bytes.size() < kReferFrom) {
      copied += bytes;
      continue;
    }
    if (!copied.empty()) slices.push_back(SliceOf(std::exchange(copied, "")));
    slices.push_back(SliceOf(bytes, std::make_unique<ChunkPtr>(chunk)));
  }
  copied += EncodeCursor(batch.cursor.ToString());
  slices.push_back(SliceOf(std::move(copied)));
  return {slices.data(), slices.size()};
}

grpc::ByteBuffer HeartbeatMessage(const std::string& cursor) {
  const grpc::Slice slice = SliceOf(EncodeCursor(cursor));
  return {&slice, 1};
}

}  // namespace agent
