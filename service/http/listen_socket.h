// A socket that listens, from an address as operators write it.
#ifndef AGENT_SERVICE_HTTP_LISTEN_SOCKET_H_
#define AGENT_SERVICE_HTTP_LISTEN_SOCKET_H_

#include <string>

#include "absl/status/statusor.h"

namespace agent {

struct ListenSocket {
  int fd = -1;          // the caller's
  std::string address;  // with the port that was picked
};

// `listen`: host:port or [v6]:port; port 0 picks a free one. UNAVAILABLE where
// that cannot be done, in one line for an operator.
absl::StatusOr<ListenSocket> OpenListenSocket(const std::string& listen);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_LISTEN_SOCKET_H_
