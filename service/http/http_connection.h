// One client's connection: its socket's options, its deadlines, and the
// exchange that is under way on it. evhttp reads and writes; what it would do
// badly is mended here:
//
// - it has no bound on how long a request may take to arrive;
// - while a reply is awaited it does not look whether the client is still
//   there, and while one goes out it reads without a bound;
// - its own error pages are HTML.
#ifndef AGENT_SERVICE_HTTP_HTTP_CONNECTION_H_
#define AGENT_SERVICE_HTTP_HTTP_CONNECTION_H_

#include <functional>
#include <memory>

#include "service/http/http_exchange.h"
#include "service/http/http_loop.h"
#include "service/http/http_server_limits.h"

struct bufferevent;
struct evbuffer;
struct evbuffer_cb_entry;
struct evbuffer_cb_info;
struct evhttp_connection;
struct evhttp_request;

namespace agent {

// Loop thread only. Its server holds it until `on_closed`.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  struct Server {
    std::shared_ptr<HttpLoop> loop;
    HttpServerLimits limits;
    std::function<void(const std::shared_ptr<HttpExchange>&)> on_request;
    std::function<void(bufferevent*)> on_closed;
    // Takes a descriptor of a client that may still be sending.
    std::function<void(int fd)> linger;
    bool closing = false;  // every reply is its connection's last
  };

  // For a socket that evhttp is about to take over. `server` must outlive it.
  HttpConnection(Server* server, bufferevent* socket);
  ~HttpConnection();

  // evhttp has read a whole request.
  void OnRequest(evhttp_request* raw);

  bool busy() const { return exchange_ != nullptr; }

 private:
  static void OnClosed(evhttp_connection* raw, void* self);
  static void OnComplete(evhttp_request* raw, void* self);
  static void OnOutput(evbuffer* output, const evbuffer_cb_info* info,
                       void* self);

  void OnSoon();
  void Adopt();
  void SetSocketOptions();
  void AwaitRequest();
  void CutOff();
  void WatchForLeaving();
  void ReplaceErrorPage();
  void Linger() const;
  HttpReply ErrorPage(int status) const;

  Server* const server_;
  bufferevent* const socket_;
  evhttp_connection* raw_ = nullptr;  // null before Adopt and after the end
  evbuffer_cb_entry* output_watch_ = nullptr;
  std::shared_ptr<HttpExchange> exchange_;
  bool refused_ = false;  // by evhttp, whatever else was to come
  LoopTimer soon_;
  LoopTimer deadline_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HTTP_CONNECTION_H_
