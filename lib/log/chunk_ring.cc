#include "lib/log/chunk_ring.h"

#include <algorithm>
#include <utility>

namespace agent {

void ChunkRing::Reset(StreamId base) {
  base_ = base;
  chunks_.clear();
  chunks_.shrink_to_fit();
  bytes_ = 0;
}

void ChunkRing::Push(ChunkPtr chunk) {
  bytes_ += chunk->ByteSize();
  chunks_.push_back(std::move(chunk));
  while (chunks_.size() > 1 &&
         (chunks_.size() > max_chunks_ || bytes_ > max_bytes_)) {
    base_ = chunks_.front()->id;
    bytes_ -= chunks_.front()->ByteSize();
    chunks_.pop_front();
  }
}

std::optional<std::vector<ChunkPtr>> ChunkRing::After(StreamId position,
                                                      size_t max_chunks,
                                                      size_t max_bytes) const {
  const std::optional<size_t> index = IndexAfter(position);
  if (!index.has_value()) return std::nullopt;
  std::vector<ChunkPtr> result;
  result.reserve(std::min(chunks_.size() - *index, max_chunks));
  size_t bytes = 0;
  for (size_t i = *index; i < chunks_.size(); ++i) {
    bytes += chunks_[i]->ByteSize();
    const bool full = result.size() >= max_chunks || bytes > max_bytes;
    if (full && !result.empty()) break;
    result.push_back(chunks_[i]);
  }
  return result;
}

std::optional<size_t> ChunkRing::IndexAfter(StreamId position) const {
  if (position == end()) return chunks_.size();  // the usual case
  if (position == base_) return 0;
  const auto found = std::lower_bound(
      chunks_.begin(), chunks_.end(), position,
      [](const ChunkPtr& chunk, StreamId id) { return chunk->id < id; });
  if (found == chunks_.end() || (*found)->id != position) return std::nullopt;
  return static_cast<size_t>(found - chunks_.begin()) + 1;
}

}  // namespace agent
