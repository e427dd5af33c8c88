// Reads a conversation for one client: from its cursor to the end it asked for,
// in order, nothing lost, nothing doubled, gaps told. Every protocol (gRPC,
// SSE) is a thin pump around one of these.
#ifndef AGENT_LIB_LOG_LOG_READER_H_
#define AGENT_LIB_LOG_LOG_READER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/callback.h"
#include "lib/base/timer_queue.h"
#include "lib/log/chunk.h"
#include "lib/log/response_log.h"

namespace agent {

class TailHub;

struct ReadRequest {
  ConversationKey conversation;
  // Strictly after it; none: from the run that `run_id` names or is newest.
  std::optional<StreamId> cursor;
  std::string run_id;  // only this run's chunks; ends with it
  // Across runs, until cancelled. Runs that were cancelled in the queue never
  // enter the log: a follower is not told of them.
  bool follow = false;
  absl::Duration wait;  // for a conversation that does not exist yet
};

struct ReadBatch {
  std::vector<ChunkPtr> chunks;  // empty only with `ended`
  StreamId cursor;               // everything up to here has been delivered
  bool ended = false;  // nothing follows; the end was reached, not inferred
};

struct ReaderOptions {
  size_t max_batch_chunks = 200;
  size_t max_batch_bytes = 64 << 10;
  // How long a reader waits while the store cannot be reached.
  absl::Duration outage_hold = absl::Seconds(30);
  // How long one that is ahead of the record waits for its writer.
  absl::Duration lost_tail_hold = absl::Seconds(30);  // two leases
};

// Pull: at most one Next at a time; between two, a reader costs its cursor.
// Thread-safe. Next's callback runs on the thread that had the news, or inside
// Next itself if something is there already: call it with no lock held. It must
// not block; a Next inside it only leaves a note, so that nothing grows deep.
// Errors are those of the table in docs/durability.md (NOT_FOUND,
// INVALID_ARGUMENT CURSOR_FOREIGN, OUT_OF_RANGE, DATA_LOSS, UNAVAILABLE); after
// one, or `ended`, no Next.
class LogReader {
 public:
  // `hub`, `timers` and the log behind the hub must outlive it.
  static std::shared_ptr<LogReader> Create(TailHub* hub, TimerQueue* timers,
                                           ReadRequest request,
                                           ReaderOptions options);
  virtual ~LogReader() = default;

  virtual void Next(Callback<ReadBatch> done) = 0;
  // Where the reader stands while nothing was delivered yet: a cursor for who
  // must resume before the first chunk. None until the store has said.
  virtual std::optional<StreamId> Start() const = 0;
  // A pending Next answers CANCELLED; the reader lets go of everything.
  virtual void Cancel() = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_LOG_READER_H_
