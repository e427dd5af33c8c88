#include "tests/chaos/cluster/proxy_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace agent::chaos {
namespace {

constexpr size_t kMaxInFlightBytes = 256 << 10;

bool WouldWait() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

ProxyConnection::ProxyConnection(int listener, int client, int upstream)
    : listener_(listener), client_(client), upstream_(upstream) {}

ProxyConnection::~ProxyConnection() { Reset(); }

void ProxyConnection::Reset() {
  if (closed()) return;
  // Without lingering, a close is an RST.
  const linger none = {1, 0};
  setsockopt(client_, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
  close(std::exchange(client_, -1));
  close(std::exchange(upstream_, -1));
}

void ProxyConnection::Watch(bool stalled, std::vector<pollfd>* fds) const {
  const auto events = [](const Flow& in, const Flow& out) {
    int wanted = 0;
    if (!in.ended && in.bytes.size() < kMaxInFlightBytes) wanted |= POLLIN;
    if (!out.bytes.empty()) wanted |= POLLOUT;
    return static_cast<short>(wanted);
  };
  const short client = events(commands_, replies_);
  const short upstream = events(replies_, commands_);
  // Negative descriptors are passed over: errors too are to go unseen.
  fds->push_back({stalled || client == 0 ? -1 : client_, client, 0});
  fds->push_back({stalled || upstream == 0 ? -1 : upstream_, upstream, 0});
}

bool ProxyConnection::Take(int from, Flow* flow) {
  std::array<char, 16 << 10> buffer;
  while (!flow->ended && flow->bytes.size() < kMaxInFlightBytes) {
    const ssize_t got = recv(from, buffer.data(), buffer.size(), 0);
    if (got < 0) return WouldWait();
    flow->ended = got == 0;
    flow->bytes.append(buffer.data(), static_cast<size_t>(got));
  }
  return true;
}

bool ProxyConnection::Give(int to, Flow* flow) {
  while (!flow->bytes.empty()) {
    const ssize_t sent =
        send(to, flow->bytes.data(), flow->bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return WouldWait();
    flow->bytes.erase(0, static_cast<size_t>(sent));
  }
  return true;
}

int64_t ProxyConnection::Move(bool lose_replies) {
  // A side that broke is one that will say nothing more, but what it said
  // before is still on its way.
  if (!Take(client_, &commands_)) commands_.ended = true;
  if (!Take(upstream_, &replies_)) replies_.ended = true;
  int64_t lost = 0;
  if (lose_replies) {
    lost = static_cast<int64_t>(replies_.bytes.size());
    replies_.bytes.clear();
    lost_replies_ = lost_replies_ || lost > 0;
  }
  const bool given = Give(upstream_, &commands_) && Give(client_, &replies_);
  const bool over = (commands_.ended && commands_.bytes.empty()) ||
                    (replies_.ended && replies_.bytes.empty());
  if (!given || over) Reset();
  return lost;
}

}  // namespace agent::chaos
