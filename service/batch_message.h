// A ResponseBatch as it goes to a client: bytes that are made once for each
// chunk, however many readers it has.
#ifndef AGENT_SERVICE_BATCH_MESSAGE_H_
#define AGENT_SERVICE_BATCH_MESSAGE_H_

#include <grpcpp/support/byte_buffer.h>

#include <string>

#include "lib/log/log_reader.h"

namespace agent {

// Keeps the batch's chunks alive, where it refers to their bytes.
grpc::ByteBuffer BatchMessage(const ReadBatch& batch);

// A batch without chunks.
grpc::ByteBuffer HeartbeatMessage(const std::string& cursor);

}  // namespace agent

#endif  // AGENT_SERVICE_BATCH_MESSAGE_H_
