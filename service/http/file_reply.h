// A static file as a reply: whole, or told to be the one that the client has.
#ifndef AGENT_SERVICE_HTTP_FILE_REPLY_H_
#define AGENT_SERVICE_HTTP_FILE_REPLY_H_

#include "service/http/http_reply.h"
#include "service/http/incoming_request.h"
#include "service/http/static_files.h"

namespace agent {

// 304 where the request's If-None-Match names the file's ETag.
HttpReply FileReply(const StaticFile& file, const IncomingRequest& request);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_FILE_REPLY_H_
