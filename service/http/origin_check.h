// Who may ask, where there are no users: the defence of a service that trusts
// whoever can reach it against web pages that somebody who can reach it looks
// at. Such a page may send requests here under its own name (cross-site), or,
// having pointed its own name at this address, under that (DNS rebinding).
#ifndef AGENT_SERVICE_HTTP_ORIGIN_CHECK_H_
#define AGENT_SERVICE_HTTP_ORIGIN_CHECK_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "service/http/incoming_request.h"

namespace agent {

struct OriginPolicy {
  // Only this machine can reach the service: it has no other names than this
  // machine's own.
  bool loopback = true;
  // The host that it was told to listen on.
  std::string listen_host;
  // Further names by which it is reached; without ports.
  std::vector<std::string> allowed_hosts;
  // Pages that may use it from elsewhere (CORS): scheme://host[:port].
  std::vector<std::string> allowed_origins;
};

// Immutable.
class OriginCheck {
 public:
  explicit OriginCheck(OriginPolicy policy);

  // PERMISSION_DENIED: HOST_NOT_ALLOWED or ORIGIN_NOT_ALLOWED.
  //
  // The host must be one of ours: `localhost`, an address, the listen host, or
  // one that is allowed. Where others can reach the service, it may have names
  // that it does not know: programs may use those, and pages may read.
  //
  // What changes something must come from no page, one of our own, or one that
  // is allowed.
  absl::Status Check(const IncomingRequest& request) const;

  // The origin to be named to a browser as one that may read the reply.
  std::optional<std::string> CorsOrigin(const IncomingRequest& request) const;

 private:
  bool IsOurHost(std::string_view host) const;
  absl::Status CheckHost(const IncomingRequest& request) const;
  absl::Status CheckOrigin(const IncomingRequest& request) const;

  const OriginPolicy policy_;
};

// `host` of `host`, `host:port`, `[v6]` and `[v6]:port`, in lower case, without
// brackets.
std::string HostOfAuthority(std::string_view authority);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_ORIGIN_CHECK_H_
