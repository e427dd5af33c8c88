// A reply, as handlers make it: status, headers and a whole body; or the head
// of one whose body comes piece by piece.
#ifndef AGENT_SERVICE_HTTP_HTTP_REPLY_H_
#define AGENT_SERVICE_HTTP_HTTP_REPLY_H_

#include <string>
#include <utility>

#include "service/http/http_headers.h"

namespace agent {

struct HttpReply {
  int status = 200;
  HttpHeaders headers;
  std::string body;
};

inline HttpReply TextReply(int status, std::string text) {
  return {
      status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HTTP_REPLY_H_
