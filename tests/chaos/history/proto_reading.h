// What came over the wire as the domain knows it.
#ifndef AGENT_TESTS_CHAOS_HISTORY_PROTO_READING_H_
#define AGENT_TESTS_CHAOS_HISTORY_PROTO_READING_H_

#include "absl/status/status.h"
#include "agent/v1/agent_service.pb.h"
#include "lib/log/chunk.h"
#include "lib/log/run.h"
#include "tests/chaos/history/event.h"

namespace agent::chaos {

// A cursor that is none reads as `0-0`, which the checker does not take for an
// entry's.
Chunk ChunkOf(const v1::ResponseChunk& message);
Run RunOf(const v1::Run& message);
Conversation ConversationOf(const v1::Conversation& message);
Outcome OutcomeOf(const absl::Status& status);

int64_t MillisOf(const google::protobuf::Timestamp& time);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_PROTO_READING_H_
