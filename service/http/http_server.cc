#include "service/http/http_server.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "lib/base/logging.h"
#include "lib/base/status_macros.h"
#include "service/http/listen_socket.h"

namespace agent {
namespace {

// Descriptors that are left for everything else of the process.
constexpr int64_t kReservedDescriptors = 200;
// How often to look whether connections can be accepted again: without a free
// descriptor nothing is, and asked again at once the kernel would say the same.
constexpr absl::Duration kLookForRoom = absl::Seconds(1);
constexpr auto kWarnEvery = std::chrono::minutes(1);

int64_t RoomForConnections(int64_t wanted) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
      files.rlim_cur == RLIM_INFINITY) {
    return wanted;
  }
  const int64_t room =
      static_cast<int64_t>(files.rlim_cur) - kReservedDescriptors;
  return std::clamp<int64_t>(room, 1, wanted);
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    HttpServerOptions options, HttpHandler handler) {
  options.limits.max_connections =
      RoomForConnections(options.limits.max_connections);
  std::unique_ptr<HttpServer> server(
      new HttpServer(std::move(options), std::move(handler)));
  RETURN_IF_ERROR(server->Listen());
  return server;
}

HttpServer::HttpServer(HttpServerOptions options, HttpHandler handler)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      loop_(std::make_shared<HttpLoop>()) {
  shared_.loop = loop_;
  shared_.limits = options_.limits;
  shared_.on_request = [this](const std::shared_ptr<HttpExchange>& exchange) {
    {
      MutexLock lock(&mu_);
      ++busy_;
    }
    exchange->OnDone([this] {
      MutexLock lock(&mu_);
      if (--busy_ == 0) quiet_.NotifyAll();
    });
    handler_(exchange);
  };
  shared_.on_closed = [this](bufferevent* socket) { OnClosed(socket); };
  shared_.linger = [this](int fd) { lingering_->Take(fd); };
}

HttpServer::~HttpServer() { Stop(absl::ZeroDuration()); }

absl::Status HttpServer::Listen() {
  ASSIGN_OR_RETURN(const ListenSocket socket,
                   OpenListenSocket(options_.listen));
  address_ = socket.address;
  loop_->Run([this, fd = socket.fd] {
    SetUpHttp();
    listener_ = evconnlistener_new(
        loop_->base(), /*cb=*/nullptr,
        /*ptr=*/nullptr, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
        /*backlog=*/0, fd);
    evhttp_bind_listener(http_, listener_);
    evconnlistener_set_error_cb(listener_, OnAcceptError);
  });
  return absl::OkStatus();
}

void HttpServer::SetUpHttp() {
  http_ = evhttp_new(loop_->base());
  lingering_ = std::make_unique<LingeringSockets>(loop_.get());
  look_ = std::make_unique<LoopTimer>(loop_.get(), [this] {
    ListenIfRoom();
    look_->Start(kLookForRoom);
  });
  look_->Start(kLookForRoom);
  evhttp_set_max_headers_size(
      http_, static_cast<ev_ssize_t>(options_.limits.max_header_bytes));
  evhttp_set_max_body_size(
      http_, static_cast<ev_ssize_t>(options_.limits.max_body_bytes));
  evhttp_set_allowed_methods(http_, EVHTTP_REQ_GET | EVHTTP_REQ_POST |
                                        EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT |
                                        EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
                                        EVHTTP_REQ_PATCH);
  evhttp_set_default_content_type(http_, nullptr);
  evhttp_set_bevcb(http_, NewSocket, this);
  evhttp_set_gencb(http_, OnRequest, this);
}

bufferevent* HttpServer::NewSocket(event_base* base, void* self) {
  auto* server = static_cast<HttpServer*>(self);
  bufferevent* socket = bufferevent_socket_new(base, /*fd=*/-1, /*options=*/0);
  server->connections_.emplace(
      socket, std::make_shared<HttpConnection>(&server->shared_, socket));
  const auto open = static_cast<int64_t>(server->connections_.size());
  if (open >= server->options_.limits.max_connections) {
    server->WaitForRoom();
  }
  MutexLock lock(&server->mu_);
  server->open_ = open;
  return socket;
}

void HttpServer::WaitForRoom() {
  evconnlistener_disable(listener_);
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < warn_again_) return;
  warn_again_ = now + kWarnEvery;
  LogWarning("no room for more HTTP connections",
             {{"connections", connections_.size()}});
}

void HttpServer::OnClosed(bufferevent* socket) {
  connections_.erase(socket);
  {
    MutexLock lock(&mu_);
    open_ = static_cast<int64_t>(connections_.size());
  }
  ListenIfRoom();
}

void HttpServer::ListenIfRoom() {
  const auto open = static_cast<int64_t>(connections_.size());
  if (listener_ != nullptr && open < options_.limits.max_connections) {
    evconnlistener_enable(listener_);
  }
}

void HttpServer::OnAcceptError(evconnlistener* listener, void* /*http*/) {
  LogWarning("cannot accept HTTP connections", {{"errno", errno}});
  evconnlistener_disable(listener);
}

void HttpServer::OnRequest(evhttp_request* raw, void* self) {
  auto* server = static_cast<HttpServer*>(self);
  bufferevent* socket =
      evhttp_connection_get_bufferevent(evhttp_request_get_connection(raw));
  const auto connection = server->connections_.at(socket);
  connection->OnRequest(raw);
}

void HttpServer::BeginDrain() {
  loop_->Run([this] { shared_.closing = true; });
}

bool HttpServer::AwaitQuiet(absl::Duration patience) {
  const SteadyTime deadline =
      std::chrono::steady_clock::now() +
      ToChrono(std::max(patience, absl::ZeroDuration()));
  MutexLock lock(&mu_);
  while (busy_ > 0) {
    if (!quiet_.WaitUntil(&mu_, deadline)) return busy_ == 0;
  }
  return true;
}

void HttpServer::Stop(absl::Duration patience) {
  if (http_ == nullptr) return;
  loop_->Run([this] {
    shared_.closing = true;
    // Its own listener is freed by evhttp with the rest.
    evconnlistener_disable(std::exchange(listener_, nullptr));
  });
  AwaitQuiet(patience);
  loop_->Run([this] { CloseAll(); });
  loop_->Stop();
}

void HttpServer::CloseAll() {
  look_.reset();
  evhttp_free(std::exchange(http_, nullptr));
  connections_.clear();  // those that evhttp never saw
  lingering_.reset();
}

int64_t HttpServer::connections() const {
  MutexLock lock(&mu_);
  return open_;
}

}  // namespace agent
