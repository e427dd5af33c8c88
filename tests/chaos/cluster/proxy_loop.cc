#include "tests/chaos/cluster/proxy_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace agent::chaos {
namespace {

constexpr int kBacklog = 128;

absl::Status SocketError(const char* what) {
  return absl::InternalError(std::string(what) + ": " + std::strerror(errno));
}

// -1: nobody listens there.
int ConnectTo(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) ==
      0) {
    return fd;
  }
  close(fd);
  return -1;
}

void SendAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace

ProxyLoop::ProxyLoop(std::string upstream)
    : upstream_(std::move(upstream)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

ProxyLoop::~ProxyLoop() {
  MutexLock lock(&mu_);
  for (const Listener& listener : listeners_) close(listener.fd);
  close(wake_fd_);
}

absl::Status ProxyLoop::Listen() {
  Listener listener;
  listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener.fd < 0) return SocketError("socket");
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool listens = bind(listener.fd, generic, size) == 0 &&
                       listen(listener.fd, kBacklog) == 0 &&
                       getsockname(listener.fd, generic, &size) == 0;
  if (!listens) {
    const absl::Status status = SocketError("listen");
    close(listener.fd);
    return status;
  }
  listener.port = ntohs(address.sin_port);
  MutexLock lock(&mu_);
  listeners_.push_back(listener);
  return absl::OkStatus();
}

void ProxyLoop::Run() {
  for (;;) {
    std::vector<pollfd> fds;
    {
      MutexLock lock(&mu_);
      if (stopping_) break;
      fds = Watch();
    }
    poll(fds.data(), fds.size(), -1);
    uint64_t wakes = 0;
    const ssize_t got = read(wake_fd_, &wakes, sizeof(wakes));
    static_cast<void>(got);  // it may well be that nobody woke us

    // Moods may have changed meanwhile, so what poll said is only a hint that
    // there is something to do.
    MutexLock lock(&mu_);
    MoveAll(fds);
    for (size_t i = 0; i < listeners_.size(); ++i) {
      AcceptAll(static_cast<int>(i));
    }
  }
  MutexLock lock(&mu_);
  connections_.clear();
}

void ProxyLoop::Stop() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
  }
  Wake();
}

void ProxyLoop::Wake() const {
  const uint64_t one = 1;
  const ssize_t written = write(wake_fd_, &one, sizeof(one));
  static_cast<void>(written);  // fails only if many wakes are pending already
}

std::vector<pollfd> ProxyLoop::Watch() {
  std::vector<pollfd> fds = {{wake_fd_, POLLIN, 0}};
  for (const Listener& listener : listeners_) {
    fds.push_back({listener.mood.stalled ? -1 : listener.fd, POLLIN, 0});
  }
  for (const auto& connection : connections_) {
    connection->Watch(At(connection->listener()).mood.stalled, &fds);
  }
  return fds;
}

void ProxyLoop::AcceptAll(int index) {
  const Listener& listener = At(index);
  while (!listener.mood.stalled) {
    const int client =
        accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    SendAtOnce(client);
    const int upstream = listener.mood.refuses ? -1 : ConnectTo(upstream_);
    auto connection =
        std::make_unique<ProxyConnection>(index, client, upstream);
    if (upstream < 0) {
      connection->Reset();
    } else {
      connections_.push_back(std::move(connection));
    }
  }
}

void ProxyLoop::MoveAll(const std::vector<pollfd>& watched) {
  size_t next = 1 + listeners_.size();
  for (const auto& connection : connections_) {
    const bool ready =
        watched[next].revents != 0 || watched[next + 1].revents != 0;
    next += 2;
    Listener& listener = At(connection->listener());
    if (!ready || connection->closed() || listener.mood.stalled) continue;
    listener.lost_reply_bytes += connection->Move(listener.mood.loses_replies);
  }
  std::erase_if(connections_, [](const auto& c) { return c->closed(); });
}

int ProxyLoop::port(int listener) {
  MutexLock lock(&mu_);
  return At(listener).port;
}

void ProxyLoop::SetMood(int listener, ProxyMood mood) {
  {
    MutexLock lock(&mu_);
    const ProxyMood before = std::exchange(At(listener).mood, mood);
    const bool loses_no_more = before.loses_replies && !mood.loses_replies;
    for (const auto& connection : connections_) {
      if (connection->listener() != listener) continue;
      if (loses_no_more && connection->lost_replies()) connection->Reset();
    }
  }
  Wake();
}

int ProxyLoop::Drop(int listener) {
  int dropped = 0;
  {
    MutexLock lock(&mu_);
    for (const auto& connection : connections_) {
      if (connection->listener() != listener || connection->closed()) continue;
      connection->Reset();
      ++dropped;
    }
  }
  // poll holds on to the sockets until it returns.
  Wake();
  return dropped;
}

int64_t ProxyLoop::lost_reply_bytes(int listener) {
  MutexLock lock(&mu_);
  return At(listener).lost_reply_bytes;
}

int ProxyLoop::connections(int listener) {
  MutexLock lock(&mu_);
  return static_cast<int>(std::count_if(
      connections_.begin(), connections_.end(), [&](const auto& c) {
        return c->listener() == listener && !c->closed();
      }));
}

}  // namespace agent::chaos
