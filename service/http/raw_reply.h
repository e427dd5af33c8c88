// Replies as bytes, where evhttp has already written one of its own.
#ifndef AGENT_SERVICE_HTTP_RAW_REPLY_H_
#define AGENT_SERVICE_HTTP_RAW_REPLY_H_

#include <optional>
#include <string>
#include <string_view>

#include "service/http/http_reply.h"

struct evbuffer;

namespace agent {

// The status of the reply that waits at the front of `output`, if one does.
std::optional<int> PendingStatus(evbuffer* output);

// `output` holds nothing but `bytes` from now on. Before anything of it has
// been sent.
void ReplaceOutput(evbuffer* output, std::string_view bytes);

// With the length, and the end of the connection.
std::string ToRawReply(const HttpReply& reply);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_RAW_REPLY_H_
