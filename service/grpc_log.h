// gRPC's own log lines, into ours: what it says of every connection that fails
// is for debugging, and would bury the one line that an operator needs.
#ifndef AGENT_SERVICE_GRPC_LOG_H_
#define AGENT_SERVICE_GRPC_LOG_H_

namespace agent {

// Once, before gRPC is used. Its lines appear at --log_level=debug.
void RouteGrpcLog();

}  // namespace agent

#endif  // AGENT_SERVICE_GRPC_LOG_H_
