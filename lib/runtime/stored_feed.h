// Hands on what Redis has acknowledged: to the process's readers, and then to
// the program that embeds the runtime.
#ifndef AGENT_LIB_RUNTIME_STORED_FEED_H_
#define AGENT_LIB_RUNTIME_STORED_FEED_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/agent/response_callback.h"
#include "lib/log/chunk.h"
#include "lib/log/run.h"
#include "lib/log/run_store.h"

namespace agent {

using OnStored = std::function<void(std::string_view conversation_id,
                                    std::vector<ChunkPtr> chunks)>;

// One per attempt; called by one thread at a time, in order.
class StoredFeed {
 public:
  // `callback`, which may be null, must outlive it.
  StoredFeed(const RunAssignment& assignment, OnStored on_stored,
             AgentResponseCallback* callback);

  // An APPEND that began at `sequence` and held `contents` was stored. Entries
  // of one APPEND share the id's ms, and their numbers are dense, so ids are
  // counted back from the last. Readers get what this very call wrote; the
  // callback gets every chunk once, also if it was written again after the
  // store lost it, or if the reply that acknowledged it first was lost.
  void Deliver(int64_t sequence, std::vector<ChunkContent> contents,
               const AppendOutcome& outcome);

  // The run ended.
  void DeliverEnd(const RunEnd& end, const std::string& text);

  bool wants_text() const { return callback_ != nullptr; }

 private:
  const ResponseContext context_;
  const OnStored on_stored_;
  AgentResponseCallback* const callback_;
  const int64_t first_sequence_;  // of this attempt
  int64_t next_sequence_;         // the first that the callback has not got
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_STORED_FEED_H_
