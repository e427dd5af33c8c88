// Sockets of clients that were refused while they still sent. Closed at once,
// such a socket resets the connection, and the client may never see why; so
// what it sends is taken and dropped for a while.
#ifndef AGENT_SERVICE_HTTP_LINGERING_SOCKETS_H_
#define AGENT_SERVICE_HTTP_LINGERING_SOCKETS_H_

#include <cstdint>
#include <map>
#include <memory>

#include "service/http/http_loop.h"

namespace agent {

// Loop thread only, its destructor too.
class LingeringSockets {
 public:
  explicit LingeringSockets(HttpLoop* loop);
  ~LingeringSockets();
  LingeringSockets(const LingeringSockets&) = delete;
  LingeringSockets& operator=(const LingeringSockets&) = delete;

  // Takes `fd`, of which nothing more will be written, until the other side
  // closes, but at most 5 s and 64 MiB; of 64 at a time.
  void Take(int fd);

 private:
  struct Socket;

  void Drop(int fd);

  HttpLoop* const loop_;
  std::map<int, std::unique_ptr<Socket>> sockets_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_LINGERING_SOCKETS_H_
