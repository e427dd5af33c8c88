// Between the domain's nouns and the API's messages. Nothing is decided here.
#ifndef AGENT_SERVICE_PROTO_CONVERSION_H_
#define AGENT_SERVICE_PROTO_CONVERSION_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "agent/v1/agent_service.pb.h"
#include "lib/log/chunk.h"
#include "lib/log/message.h"
#include "lib/log/run.h"
#include "lib/log/work_queue.h"

namespace agent {

google::protobuf::Timestamp ToTimestamp(int64_t unix_ms);
google::protobuf::Duration ToProtoDuration(absl::Duration duration);
// Of one that validation has passed.
absl::Duration FromProtoDuration(const google::protobuf::Duration& duration);

// "" for no position.
std::string CursorText(const StreamId& id);

void ToProto(const Chunk& chunk, v1::ResponseChunk* out);
void ToProto(const Message& message, v1::Message* out);
void ToProto(const AgentInfo& agent, v1::Agent* out);
// `agent`: the agent's name as its worker wrote it.
void ToProto(const Run& run, const std::string& agent, v1::Run* out);
void ToProto(const Conversation& conversation, const std::string& agent,
             v1::Conversation* out);

// `default_timeout` where the request has none.
RunOptions FromProto(const v1::RunOptions& options,
                     absl::Duration default_timeout);

}  // namespace agent

#endif  // AGENT_SERVICE_PROTO_CONVERSION_H_
