// Questions about a chunk's content.
#ifndef AGENT_CLIENT_SRC_CHUNK_KIND_H_
#define AGENT_CLIENT_SRC_CHUNK_KIND_H_

#include "agent/v1/agent_service.pb.h"

namespace agent::client {

inline bool IsTerminal(const v1::ResponseChunk& chunk) {
  return chunk.has_completed() || chunk.has_failed() || chunk.has_cancelled();
}

// The one chunk of a run that was cancelled while it was queued: it is not in
// the log, and its cursor is only the log's newest position.
inline bool IsCancelledInQueue(const v1::ResponseChunk& chunk) {
  return chunk.has_cancelled() && chunk.attempt() == 0 &&
         !chunk.run_id().empty();
}

// Written by another program: neither a run nor a number in the log.
inline bool IsForeign(const v1::ResponseChunk& chunk) {
  return chunk.run_id().empty();
}

}  // namespace agent::client

#endif  // AGENT_CLIENT_SRC_CHUNK_KIND_H_
