// The log lines of gRPC and protobuf, into ours: what they say of every failed
// connection and every bad byte is for debugging, and would bury the one line
// that an operator needs.
#ifndef AGENT_SERVICE_LIBRARY_LOGS_H_
#define AGENT_SERVICE_LIBRARY_LOGS_H_

namespace agent {

// Once, before either is used. Their lines appear at --log_level=debug.
void RouteLibraryLogs();

}  // namespace agent

#endif  // AGENT_SERVICE_LIBRARY_LOGS_H_
