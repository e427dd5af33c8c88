#include "service/http/http_connection.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/error.h"
#include "service/http/http_errors.h"
#include "service/http/raw_reply.h"
#include "service/http/request_reader.h"

namespace agent {
namespace {

// A host that is gone without a word is noticed after about a minute.
constexpr int kProbeAfterSeconds = 30;
constexpr int kProbeEverySeconds = 10;
constexpr int kProbes = 3;

void SetOption(int fd, int level, int name, int value) {
  // Without it things go a little worse, no more.
  (void)setsockopt(fd, level, name, &value, sizeof(value));
}

}  // namespace

HttpConnection::HttpConnection(Server* server, bufferevent* socket)
    : server_(server),
      socket_(socket),
      soon_(server->loop.get(), [this] { OnSoon(); }),
      deadline_(server->loop.get(), [this] { CutOff(); }) {
  // evhttp may yet fail to take it over: what we adopt must still be there.
  bufferevent_incref(socket_);
  soon_.Hasten();
}

HttpConnection::~HttpConnection() {
  if (raw_ == nullptr) bufferevent_decref(socket_);
}

// evhttp shows its connection only with the first request: this is how we are
// told of the end of those that never send one.
void HttpConnection::Adopt() {
  void* raw = nullptr;
  bufferevent_getcb(socket_, nullptr, nullptr, nullptr, &raw);
  if (raw == nullptr) return server_->on_closed(socket_);  // destroys this
  raw_ = static_cast<evhttp_connection*>(raw);
  bufferevent_decref(socket_);
  evhttp_connection_set_closecb(raw_, OnClosed, this);
  output_watch_ =
      evbuffer_add_cb(bufferevent_get_output(socket_), OnOutput, this);
  SetSocketOptions();
  AwaitRequest();
}

void HttpConnection::SetSocketOptions() {
  const int fd = bufferevent_getfd(socket_);
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfterSeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, kProbeEverySeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  SetOption(fd, SOL_SOCKET, SO_SNDBUF, server_->limits.send_buffer_bytes);
  const timeval stall = absl::ToTimeval(server_->limits.stall_timeout);
  bufferevent_set_timeouts(socket_, /*timeout_read=*/nullptr, &stall);
}

// evhttp gathers a body in the socket's buffer, so that must hold one.
void HttpConnection::AwaitRequest() {
  const HttpServerLimits& limits = server_->limits;
  bufferevent_setwatermark(socket_, EV_READ, 0,
                           limits.max_body_bytes + limits.max_header_bytes +
                               limits.max_pipelined_bytes);
  deadline_.Start(limits.receive_timeout);
}

void HttpConnection::CutOff() { evhttp_connection_free(raw_); }

void HttpConnection::OnRequest(evhttp_request* raw) {
  deadline_.Stop();
  bufferevent_setwatermark(socket_, EV_READ, 0,
                           server_->limits.max_pipelined_bytes);
  evhttp_request_set_on_complete_cb(raw, OnComplete, this);
  auto request = ReadRequest(raw, server_->limits);
  const bool good = request.ok();
  exchange_ = std::make_shared<HttpExchange>(
      good ? *std::move(request) : IncomingRequest(), raw, server_->loop);
  if (server_->closing || !good) exchange_->SetHeader("Connection", "close");
  const auto exchange = exchange_;  // it may be over before this returns
  if (good) {
    server_->on_request(exchange);
  } else {
    // NOLINTNEXTLINE(bugprone-use-after-move): moved only if good.
    exchange->Reply(ErrorReply(request.status()));
  }
  if (exchange_ == exchange && !exchange->answered()) WatchForLeaving();
}

// evhttp stops to read at a request, and goes on with the reply; until then
// nobody would notice that the client has gone. Its function for what is read
// must not run now: in this state it ends the process.
void HttpConnection::WatchForLeaving() {
  bufferevent_data_cb on_write = nullptr;
  bufferevent_event_cb on_event = nullptr;
  void* argument = nullptr;
  bufferevent_getcb(socket_, nullptr, &on_write, &on_event, &argument);
  bufferevent_setcb(socket_, nullptr, on_write, on_event, argument);
  bufferevent_enable(socket_, EV_READ);
}

void HttpConnection::OnComplete(evhttp_request* /*raw*/, void* self) {
  auto* connection = static_cast<HttpConnection*>(self);
  const auto keep = connection->shared_from_this();
  const auto exchange = std::exchange(connection->exchange_, nullptr);
  connection->AwaitRequest();
  if (exchange != nullptr) exchange->Finish();
}

void HttpConnection::OnClosed(evhttp_connection* /*raw*/, void* self) {
  auto* connection = static_cast<HttpConnection*>(self);
  const auto keep = connection->shared_from_this();
  connection->deadline_.Stop();
  connection->soon_.Stop();
  evbuffer_remove_cb_entry(bufferevent_get_output(connection->socket_),
                           connection->output_watch_);
  if (connection->refused_) connection->Linger();
  const auto exchange = std::exchange(connection->exchange_, nullptr);
  if (exchange != nullptr) exchange->Abandon();
  connection->server_->on_closed(connection->socket_);
}

void HttpConnection::OnOutput(evbuffer* /*output*/,
                              const evbuffer_cb_info* info, void* self) {
  auto* connection = static_cast<HttpConnection*>(self);
  // Nobody asked for an answer: evhttp gives one of its own.
  if (info->n_added > 0 && !connection->busy()) connection->soon_.Hasten();
}

void HttpConnection::OnSoon() {
  const auto keep = shared_from_this();
  if (raw_ == nullptr) return Adopt();
  if (!busy()) ReplaceErrorPage();
}

void HttpConnection::ReplaceErrorPage() {
  evbuffer* output = bufferevent_get_output(socket_);
  const std::optional<int> status = PendingStatus(output);
  if (!status.has_value() || *status < 400) return;
  refused_ = true;
  ReplaceOutput(output, ToRawReply(ErrorPage(*status)));
}

// evhttp closes its descriptor; of the socket, only our side.
void HttpConnection::Linger() const {
  const int fd = fcntl(bufferevent_getfd(socket_), F_DUPFD_CLOEXEC, 0);
  if (fd >= 0) server_->linger(fd);
}

HttpReply HttpConnection::ErrorPage(int status) const {
  const HttpServerLimits& limits = server_->limits;
  if (status == 413) {
    return ErrorReply(
        FieldInvalid("body", absl::StrCat("must be at most ",
                                          limits.max_body_bytes, " bytes")),
        status);
  }
  if (status == 417) {
    return ErrorReply(FieldInvalid("expect", "must be 100-continue"), status);
  }
  if (status == 501) {
    return ErrorReply(FieldInvalid("method", "is not one of ours"), status);
  }
  return ErrorReply(FieldInvalid(
      "request", absl::StrCat("must be HTTP/1, its line and headers at most ",
                              limits.max_header_bytes, " bytes")));
}

}  // namespace agent
