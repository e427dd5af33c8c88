// What the service's errors look like on the wire: a canonical gRPC code, a
// message for people, and in `grpc-status-details-bin` a google.rpc.Status with
// an ErrorInfo (domain `agent.v1`, a stable reason), a RetryInfo where waiting
// helps, and a BadRequest where a field is wrong.
//
// UNAVAILABLE: retry the call. RESOURCE_EXHAUSTED: wait, then retry. ABORTED:
// retry the whole transaction. Anything else: fix the request or the state.
#ifndef AGENT_SERVICE_STATUS_MAPPING_H_
#define AGENT_SERVICE_STATUS_MAPPING_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "service/public_error.h"

namespace agent {

inline constexpr char kErrorDomain[] = "agent.v1";

grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace agent

#endif  // AGENT_SERVICE_STATUS_MAPPING_H_
