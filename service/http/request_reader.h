// From evhttp's request to ours.
#ifndef AGENT_SERVICE_HTTP_REQUEST_READER_H_
#define AGENT_SERVICE_HTTP_REQUEST_READER_H_

#include "absl/status/statusor.h"
#include "service/http/http_server_limits.h"
#include "service/http/incoming_request.h"

struct evhttp_request;

namespace agent {

// Takes the body out of it. INVALID_ARGUMENT: a target that is no path or too
// long, no host or two, a length that is no number.
absl::StatusOr<IncomingRequest> ReadRequest(evhttp_request* raw,
                                            const HttpServerLimits& limits);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_REQUEST_READER_H_
