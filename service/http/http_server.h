// An HTTP/1 server on libevent's evhttp: one thread, thousands of connections,
// every reply asynchronous. Knows nothing of agents.
#ifndef AGENT_SERVICE_HTTP_HTTP_SERVER_H_
#define AGENT_SERVICE_HTTP_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "service/http/http_connection.h"
#include "service/http/http_exchange.h"
#include "service/http/http_loop.h"
#include "service/http/http_server_limits.h"
#include "service/http/lingering_sockets.h"

struct event_base;
struct evconnlistener;
struct evhttp;

namespace agent {

struct HttpServerOptions {
  std::string listen = "127.0.0.1:0";  // host:port
  HttpServerLimits limits;
};

// Answers an exchange, now or later. On the loop's thread; must not block.
using HttpHandler = std::function<void(const std::shared_ptr<HttpExchange>&)>;

// Thread-safe.
class HttpServer {
 public:
  // UNAVAILABLE: the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      HttpServerOptions options, HttpHandler handler);

  // Stops with no patience if Stop was not called.
  ~HttpServer();

  // Where it listens, with the port that was picked.
  const std::string& address() const { return address_; }

  // From now on every reply is the last on its connection.
  void BeginDrain();

  // Accepts nothing more, gives the exchanges under way up to `patience` to
  // end, and cuts the others. Blocks. Repeating it is harmless.
  void Stop(absl::Duration patience);

  int64_t connections() const;

 private:
  HttpServer(HttpServerOptions options, HttpHandler handler);

  absl::Status Listen();
  void SetUpHttp();
  void CloseAll();
  bool AwaitQuiet(absl::Duration patience);
  void OnClosed(bufferevent* socket);
  void WaitForRoom();
  void ListenIfRoom();

  static bufferevent* NewSocket(event_base* base, void* self);
  static void OnRequest(evhttp_request* raw, void* self);
  static void OnAcceptError(evconnlistener* listener, void* self);

  const HttpServerOptions options_;
  const HttpHandler handler_;
  std::string address_;
  const std::shared_ptr<HttpLoop> loop_;

  // Of the loop's thread.
  HttpConnection::Server shared_;
  evhttp* http_ = nullptr;
  evconnlistener* listener_ = nullptr;
  std::unique_ptr<LoopTimer> look_;
  std::unique_ptr<LingeringSockets> lingering_;
  SteadyTime warn_again_;
  std::unordered_map<bufferevent*, std::shared_ptr<HttpConnection>>
      connections_;

  mutable Mutex mu_;
  CondVar quiet_;
  int64_t busy_ ABSL_GUARDED_BY(mu_) = 0;  // exchanges under way
  int64_t open_ ABSL_GUARDED_BY(mu_) = 0;  // connections
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HTTP_SERVER_H_
