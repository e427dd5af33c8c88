#include "tests/agent/raw_http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace agent::testing {
namespace {

void Send(int fd, const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t n =
        send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<size_t>(n);
  }
}

// Whether `request` has its whole head and body.
bool IsWhole(const std::string& request) {
  const size_t head = request.find("\r\n\r\n");
  if (head == request.npos) return false;
  const std::string name = "Content-Length: ";
  const size_t length = request.find(name);
  if (length == request.npos || length > head) return true;
  const size_t body = std::stoul(request.substr(length + name.size()));
  return request.size() >= head + 4 + body;
}

}  // namespace

std::string StreamHead() {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
         "Connection: close\r\n\r\n";
}

std::string Event(const std::string& json) { return "data: " + json + "\n\n"; }

std::string TextEvent(const std::string& text) {
  return Event(R"({"choices":[{"index":0,"delta":{"content":")" + text +
               R"("},"finish_reason":null}]})");
}

std::string StopEvents() {
  return Event(
             R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})") +
         Event(R"({"choices":[],"usage":{"prompt_tokens":11,)"
               R"("completion_tokens":7,"total_tokens":18}})") +
         Event("[DONE]");
}

std::string ErrorReply(int status, const std::string& headers,
                       const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " Error\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

RawHttpServer::RawHttpServer(std::vector<RawReply> replies)
    : replies_(replies.begin(), replies.end()) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, generic, &size) != 0 || pipe(wake_) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Loop(); });
}

RawHttpServer::~RawHttpServer() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (write(wake_[1], "x", 1) != 1) std::abort();
  thread_.join();
  close(listener_);
  close(wake_[0]);
  close(wake_[1]);
}

std::string RawHttpServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void RawHttpServer::Release() {
  MutexLock lock(&mu_);
  ++released_;
  changed_.NotifyAll();
}

std::vector<std::string> RawHttpServer::requests() const {
  MutexLock lock(&mu_);
  return requests_;
}

bool RawHttpServer::WaitReadable(int fd) {
  pollfd fds[2] = {{fd, POLLIN, 0}, {wake_[0], POLLIN, 0}};
  return poll(fds, 2, -1) > 0 && (fds[1].revents & POLLIN) == 0;
}

bool RawHttpServer::WaitRelease() {
  MutexLock lock(&mu_);
  while (released_ == 0 && !stopping_) changed_.Wait(&mu_);
  if (stopping_) return false;
  --released_;
  return true;
}

void RawHttpServer::Loop() {
  while (WaitReadable(listener_)) {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) continue;
    RawReply reply;
    {
      MutexLock lock(&mu_);
      if (!replies_.empty()) {
        reply = std::move(replies_.front());
        replies_.pop_front();
      }
    }
    Serve(fd, reply);
    close(fd);
  }
}

void RawHttpServer::Serve(int fd, const RawReply& reply) {
  std::string request;
  while (!IsWhole(request)) {
    if (!WaitReadable(fd)) return;
    char buffer[4096];
    const ssize_t n = read(fd, buffer, sizeof(buffer));
    if (n <= 0) return;
    request.append(buffer, static_cast<size_t>(n));
  }
  {
    MutexLock lock(&mu_);
    requests_.push_back(std::move(request));
  }
  for (size_t i = 0; i < reply.parts.size(); ++i) {
    if (i > 0 && !WaitRelease()) return;
    Send(fd, reply.parts[i]);
  }
  if (reply.then == RawReply::Then::kHang) {
    // Until the client goes or the test ends.
    char byte = 0;
    while (WaitReadable(fd) && read(fd, &byte, 1) > 0) {
    }
  } else if (reply.then == RawReply::Then::kReset) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  }
}

}  // namespace agent::testing
