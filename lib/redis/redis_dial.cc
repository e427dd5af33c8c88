#include "lib/redis/redis_dial.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/status_macros.h"
#include "lib/redis/redis_handshake.h"
#include "lib/redis/redis_tls.h"

namespace agent {
namespace {

struct AddressListDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

std::string ErrnoText(int error) { return std::strerror(error); }

absl::StatusOr<std::vector<std::string>> LookUp(const std::string& host) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return absl::UnavailableError(gai_strerror(error));
  const std::unique_ptr<addrinfo, AddressListDeleter> list(found);
  std::vector<std::string> ips;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    char ip[NI_MAXHOST];
    if (getnameinfo(a->ai_addr, a->ai_addrlen, ip, sizeof(ip), nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      ips.emplace_back(ip);
    }
  }
  return ips;
}

// Until the connection that was begun stands, or failed.
absl::Status AwaitConnected(int fd, SteadyTime deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd entry = {fd, POLLOUT, 0};
    const int ready =
        poll(&entry, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return absl::UnavailableError("no answer in time");
    break;
  }
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return error == 0 ? absl::OkStatus()
                    : absl::UnavailableError(ErrnoText(error));
}

bool SetBlocking(redisContext* context, bool blocking) {
  const int flags = fcntl(context->fd, F_GETFL);
  const int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  if (flags < 0 || fcntl(context->fd, F_SETFL, wanted) != 0) return false;
  if (blocking) {
    context->flags |= REDIS_BLOCK;
  } else {
    context->flags &= ~REDIS_BLOCK;
  }
  return true;
}

// One address: the socket is open, blocking, and watched by `interrupt`.
absl::Status Connect(redisContext* context, SteadyTime deadline,
                     DialInterrupt* interrupt) {
  if (context == nullptr) return absl::UnavailableError("out of memory");
  if (context->err != 0) return absl::UnavailableError(context->errstr);
  fcntl(context->fd, F_SETFD, FD_CLOEXEC);
  if (!interrupt->Watch(context->fd)) {
    return absl::UnavailableError("interrupted");
  }
  absl::Status status = AwaitConnected(context->fd, deadline);
  if (status.ok() && !SetBlocking(context, true)) {
    status = absl::UnavailableError(ErrnoText(errno));
  }
  if (!status.ok()) interrupt->Unwatch();
  return status;
}

absl::StatusOr<RedisContextPtr> ConnectAny(const RedisAddress& address,
                                           SteadyTime deadline,
                                           DialInterrupt* interrupt) {
  if (!address.unix_path.empty()) {
    RedisContextPtr context(
        redisConnectUnixNonBlock(address.unix_path.c_str()));
    RETURN_IF_ERROR(Connect(context.get(), deadline, interrupt));
    return context;
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> ips, LookUp(address.host));
  absl::Status last = absl::UnavailableError("the host has no address");
  for (size_t i = 0; i < ips.size(); ++i) {
    // An address that swallows packets leaves time for those after it.
    const SteadyTime now = std::chrono::steady_clock::now();
    const SteadyTime share =
        now + (deadline - now) / static_cast<int64_t>(ips.size() - i);
    RedisContextPtr context(redisConnectNonBlock(ips[i].c_str(), address.port));
    last = Connect(context.get(), share, interrupt);
    if (last.ok()) {
      redisEnableKeepAlive(context.get());
      return context;
    }
  }
  return last;
}

absl::StatusOr<std::unique_ptr<RedisConnection>> Prepare(
    RedisContextPtr context, const RedisOptions& options, SteadyTime deadline) {
  RedisHandshake handshake(context.get(), deadline);
  if (options.address.tls) {
    RETURN_IF_ERROR(handshake.SetTimeout());
    RETURN_IF_ERROR(StartTls(context.get(), options.address.host));
  }
  ASSIGN_OR_RETURN(std::string history, handshake.Introduce(options));
  if (!SetBlocking(context.get(), false)) {
    return absl::UnavailableError(ErrnoText(errno));
  }
  return std::make_unique<RedisConnection>(std::move(context),
                                           std::move(history));
}

}  // namespace

void DialInterrupt::Interrupt() {
  MutexLock lock(&mu_);
  interrupted_ = true;
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

bool DialInterrupt::Watch(int fd) {
  MutexLock lock(&mu_);
  if (interrupted_) return false;
  fd_ = fd;
  return true;
}

void DialInterrupt::Unwatch() {
  MutexLock lock(&mu_);
  fd_ = -1;
}

absl::StatusOr<std::unique_ptr<RedisConnection>> DialRedis(
    const RedisOptions& options, DialInterrupt* interrupt) {
  RETURN_IF_ERROR(CheckRedisAddressSupported(options.address));
  const SteadyTime deadline =
      std::chrono::steady_clock::now() + ToChrono(options.connect_timeout);
  ASSIGN_OR_RETURN(RedisContextPtr context,
                   ConnectAny(options.address, deadline, interrupt));
  auto connection = Prepare(std::move(context), options, deadline);
  interrupt->Unwatch();
  return connection;
}

}  // namespace agent
