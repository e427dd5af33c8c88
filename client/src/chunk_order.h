// Decides for each chunk that arrives whether it is the next one, a repetition,
// or proof that something is missing; and keeps the cursor to resume at.
#ifndef AGENT_CLIENT_SRC_CHUNK_ORDER_H_
#define AGENT_CLIENT_SRC_CHUNK_ORDER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/v1/agent_service.pb.h"
#include "client/src/cursor.h"

namespace agent::client {

// The rules: chunks are numbered without a gap in the log (n, in the cursor)
// and in their run (sequence). What was numbered before is a repetition, also
// under another id, but for a beginning attempt: the store may have lost its
// newest chunks, and then numbers come again.
//
// Threads: thread-compatible.
class ChunkOrder {
 public:
  // What StreamResponse is asked for: where it starts, and which run.
  ChunkOrder(const std::string& cursor, const std::string& run_id);

  // True: the next chunk, which is now behind us. False: a repetition.
  // DATA_LOSS (Incomplete): a chunk is missing before this one; nothing moved,
  // so that resuming at `cursor()` can still bring it.
  absl::StatusOr<bool> Take(const v1::ResponseChunk& chunk);

  // A batch was taken to its end, which lies here.
  void Reach(const std::string& cursor);

  // Where to resume.
  const std::string& cursor() const { return cursor_; }
  // Whether any chunk was taken.
  bool begun() const { return begun_; }
  // Whether the newest chunk taken ended its run.
  bool ended() const { return ended_; }
  // Whether the start is a cursor from elsewhere, so that what came before it
  // is not known here.
  bool starts_within() const { return starts_within_; }

 private:
  absl::StatusOr<bool> TakeNumbered(const v1::ResponseChunk& chunk,
                                    const Cursor& at);
  absl::Status CheckNext(const v1::ResponseChunk& chunk,
                         const Cursor& at) const;
  absl::Status CheckAttempt(const v1::ResponseChunk& chunk,
                            const Cursor& at) const;
  void Advance(const v1::ResponseChunk& chunk, const Cursor& at);

  const std::string only_run_;
  const bool starts_within_;

  std::string cursor_;
  std::optional<Cursor> at_;  // cursor_, parsed
  bool begun_ = false;
  bool ended_ = false;
  std::string run_id_;         // of the newest chunk taken
  int64_t number_ = 0;         // its n, or the start's
  int64_t next_sequence_ = 0;  // within run_id_
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_SRC_CHUNK_ORDER_H_
