// What an attempt has said and journalled, in order: what waits to be stored,
// what is on its way, and, for a while, what the store has acknowledged, since
// a store that lost its tail asks for it again.
#ifndef AGENT_LIB_RUNTIME_APPEND_BACKLOG_H_
#define AGENT_LIB_RUNTIME_APPEND_BACKLOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/log/chunk.h"
#include "lib/log/run_store.h"

namespace agent {

// Of one APPEND. A piece that is larger than the bytes goes alone.
inline constexpr size_t kMaxAppendChunks = 64;
inline constexpr size_t kMaxAppendBytes = 256 << 10;

// What was acknowledged is kept this long (`appendfsync everysec` may lose two
// seconds), but never more bytes than this.
inline constexpr absl::Duration kKeepStored = absl::Seconds(5);
inline constexpr size_t kMaxKeptBytes = 4 << 20;

// Thread-compatible.
class AppendBacklog {
 public:
  AppendBacklog(int64_t next_sequence, int64_t next_step);

  void AddChunk(ChunkContent content);
  void AddStep(std::string json);  // stands after all chunks before it
  void AddEnd(RunEnd end);         // nothing follows

  // Nothing waits to be stored.
  bool empty() const { return first_waiting_ == items_.size(); }
  // What is not yet acknowledged.
  size_t waiting_bytes() const { return waiting_bytes_; }
  size_t waiting_chunks() const { return waiting_chunks_; }

  // The positions, chunks, step and end of the next APPEND; until it is
  // acknowledged, the same again. When empty(): a heartbeat.
  AppendRequest NextRequest();

  // What that APPEND holds, as the log's entries, its end included.
  std::vector<ChunkContent> InFlight() const;
  bool EndInFlight() const;

  // That APPEND was stored.
  void Acknowledge(SteadyTime now);

  // The store lost its tail: the next request begins at what it lacks. False
  // if that is not kept any more.
  bool Rewind(int64_t next_sequence, int64_t next_step);

  // Forgets everything; what is added next has these positions.
  void Clear(int64_t next_sequence, int64_t next_step);

  // The positions of the first that is not acknowledged.
  int64_t waiting_sequence() const;
  int64_t waiting_step() const;
  // The sequence that follows the chunks of the request under way.
  int64_t in_flight_end() const;

 private:
  struct Step {
    std::string json;
  };
  struct Item {
    std::variant<ChunkContent, Step, RunEnd> what;
    // Positions that its request has if it is the first of it.
    int64_t sequence = 0;
    int64_t step_index = 0;
    size_t bytes = 0;
    SteadyTime stored_at;  // of acknowledged ones
  };

  template <typename T>
  bool Holds(size_t index) const {
    return std::holds_alternative<T>(items_[index].what);
  }
  void Add(Item item);
  size_t RequestLength() const;
  void DropKept(SteadyTime now);

  int64_t next_sequence_;
  int64_t next_step_;
  std::deque<Item> items_;
  size_t first_waiting_ = 0;  // those before it are acknowledged
  size_t in_flight_ = 0;      // items of the request under way
  size_t waiting_bytes_ = 0;
  size_t waiting_chunks_ = 0;
  size_t kept_bytes_ = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_APPEND_BACKLOG_H_
