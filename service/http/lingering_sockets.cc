#include "service/http/lingering_sockets.h"

#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace agent {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr int64_t kMaxBytes = int64_t{64} << 20;
constexpr size_t kMaxSockets = 64;
constexpr size_t kBlockBytes = size_t{64} << 10;

// True while there may be more to come.
bool Discard(int fd, int64_t* left) {
  static thread_local std::array<char, kBlockBytes> block;
  const ssize_t got = recv(fd, block.data(), block.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  *left -= got;
  return got > 0 && *left > 0;
}

}  // namespace

struct LingeringSockets::Socket {
  Socket(LingeringSockets* owner, int fd_in)
      : fd(fd_in),
        event(event_new(
            owner->loop_->base(), fd, EV_READ | EV_PERSIST,
            [](int /*fd*/, short /*what*/, void* self) {
              static_cast<Socket*>(self)->OnReadable();
            },
            this)),
        sockets(owner),
        patience(owner->loop_, [owner, fd_in] { owner->Drop(fd_in); }) {
    event_add(event, nullptr);
    patience.Start(kPatience);
  }
  ~Socket() {
    event_free(event);
    close(fd);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void OnReadable() {
    if (!Discard(fd, &left)) sockets->Drop(fd);  // destroys this
  }

  const int fd;
  struct event* const event;
  LingeringSockets* const sockets;
  LoopTimer patience;
  int64_t left = kMaxBytes;
};

LingeringSockets::LingeringSockets(HttpLoop* loop) : loop_(loop) {}

LingeringSockets::~LingeringSockets() = default;

void LingeringSockets::Take(int fd) {
  if (sockets_.size() >= kMaxSockets) {
    close(fd);
    return;
  }
  sockets_.emplace(fd, std::make_unique<Socket>(this, fd));
}

void LingeringSockets::Drop(int fd) { sockets_.erase(fd); }

}  // namespace agent
