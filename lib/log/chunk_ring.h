// The newest chunks of one log, in order, oldest dropped first.
#ifndef AGENT_LIB_LOG_CHUNK_RING_H_
#define AGENT_LIB_LOG_CHUNK_RING_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "lib/log/chunk.h"

namespace agent {

// Thread-compatible. Bounded by count and bytes; keeps at least one chunk.
class ChunkRing {
 public:
  ChunkRing(size_t max_chunks, size_t max_bytes)
      : max_chunks_(max_chunks), max_bytes_(max_bytes) {}

  // Empties it: what is pushed next follows `base` directly.
  void Reset(StreamId base);

  // `chunk` directly follows end().
  void Push(ChunkPtr chunk);

  // The newest position known.
  StreamId end() const { return chunks_.empty() ? base_ : chunks_.back()->id; }

  // What directly follows `position`, at most `max_chunks` and, beyond the
  // first, `max_bytes`; nothing when it is end(). None if the ring does not
  // know the position.
  std::optional<std::vector<ChunkPtr>> After(StreamId position,
                                             size_t max_chunks,
                                             size_t max_bytes) const;

  size_t size() const { return chunks_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  std::optional<size_t> IndexAfter(StreamId position) const;

  const size_t max_chunks_;
  const size_t max_bytes_;
  StreamId base_;  // of the entry before the oldest kept
  std::deque<ChunkPtr> chunks_;
  size_t bytes_ = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_CHUNK_RING_H_
