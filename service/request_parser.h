// From bytes to a request. The handlers take raw bytes, because gRPC answers
// what it cannot parse with INTERNAL and no word of why; most of it is one
// string field that is not UTF-8, which the contract calls INVALID_ARGUMENT
// with the field's name.
#ifndef AGENT_SERVICE_REQUEST_PARSER_H_
#define AGENT_SERVICE_REQUEST_PARSER_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"

namespace agent {

// INVALID_ARGUMENT FIELD_INVALID: of the field, or of "request" if it is no
// message of this type at all.
absl::Status ParseRequest(const grpc::ByteBuffer& bytes,
                          google::protobuf::Message* request);

}  // namespace agent

#endif  // AGENT_SERVICE_REQUEST_PARSER_H_
