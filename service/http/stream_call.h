// GET /api/agent/stream/{conversation_id}, read.
#ifndef AGENT_SERVICE_HTTP_STREAM_CALL_H_
#define AGENT_SERVICE_HTTP_STREAM_CALL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/v1/agent_service.pb.h"
#include "service/http/chunk_writer.h"
#include "service/http/incoming_request.h"
#include "service/http/media_types.h"
#include "service/http/sse_writer.h"

namespace agent {

struct StreamCall {
  v1::StreamResponseRequest request;
  StreamForm form = StreamForm::kEvents;
  SseData data = SseData::kText;
};

// INVALID_ARGUMENT: ids that do not agree, a wait that is no number.
absl::StatusOr<StreamCall> ParseStreamCall(const IncomingRequest& request,
                                           const std::string& conversation_id);

// As `?data=` says.
SseData DataForm(const IncomingRequest& request);

std::unique_ptr<ChunkWriter> MakeWriter(const StreamCall& call);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_STREAM_CALL_H_
