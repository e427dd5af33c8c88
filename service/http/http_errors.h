// What the service's errors look like over HTTP: the status of the canonical
// code, and {"error":{"code","reason","message","metadata"}}.
#ifndef AGENT_SERVICE_HTTP_HTTP_ERRORS_H_
#define AGENT_SERVICE_HTTP_HTTP_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "service/http/http_reply.h"

namespace agent {

// Reasons that only HTTP has; the others are in lib/base/error.h.
namespace reason {
inline constexpr char kRouteNotFound[] = "ROUTE_NOT_FOUND";
inline constexpr char kMethodNotAllowed[] = "METHOD_NOT_ALLOWED";
inline constexpr char kHostNotAllowed[] = "HOST_NOT_ALLOWED";
inline constexpr char kOriginNotAllowed[] = "ORIGIN_NOT_ALLOWED";
}  // namespace reason

int HttpStatusOf(absl::StatusCode code);

// The error as one line of JSON. Of what no layer gave a reason, nothing but
// that it is internal.
std::string ErrorJson(const absl::Status& status);

// With Retry-After where waiting helps. `http_status` in the place of the
// code's own, unless 0.
HttpReply ErrorReply(const absl::Status& status, int http_status = 0);

// PERMISSION_DENIED with one of the reasons above.
absl::Status Forbidden(const char* reason, std::string message);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HTTP_ERRORS_H_
