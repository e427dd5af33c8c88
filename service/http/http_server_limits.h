// Every bound of the HTTP server, with its default; docs/http.md names them.
#ifndef AGENT_SERVICE_HTTP_HTTP_SERVER_LIMITS_H_
#define AGENT_SERVICE_HTTP_HTTP_SERVER_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace agent {

struct HttpServerLimits {
  size_t max_url_bytes = 8 << 10;
  // Of the request line and all header lines together.
  size_t max_header_bytes = 32 << 10;
  size_t max_body_bytes = 3 << 20;
  // Beyond it connections wait to be accepted.
  int64_t max_connections = 10000;
  // From the beginning of a connection, or its last reply, to the end of the
  // next request: idle connections and slow senders are cut.
  absl::Duration receive_timeout = absl::Seconds(30);
  // A client that takes nothing of what waits for it for so long is cut.
  absl::Duration stall_timeout = absl::Minutes(5);
  // Taken from a client that sends on while its reply goes out.
  size_t max_pipelined_bytes = 16 << 10;
  // The kernel's share of what waits for a slow client (it takes twice that).
  int send_buffer_bytes = 128 << 10;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HTTP_SERVER_LIMITS_H_
