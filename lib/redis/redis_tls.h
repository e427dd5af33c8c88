// TLS for a connection to Redis, where hiredis can do it (1.x).
#ifndef AGENT_LIB_REDIS_REDIS_TLS_H_
#define AGENT_LIB_REDIS_REDIS_TLS_H_

#include <string>

#include "absl/status/status.h"

struct redisContext;

namespace agent {

// Handshake on a connected, blocking context. The certificate must chain to
// the system's authorities (or SSL_CERT_FILE, SSL_CERT_DIR) and name `host`,
// which hiredis itself would not check. UNAVAILABLE: why it was refused.
absl::Status StartTls(redisContext* context, const std::string& host);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_TLS_H_
