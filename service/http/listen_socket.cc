#include "service/http/listen_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

namespace agent {
namespace {

// Connections that the kernel keeps until they are accepted.
constexpr int kBacklog = 1024;

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Addresses Resolve(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    found = nullptr;
  }
  return {found, [](addrinfo* list) {
            if (list != nullptr) freeaddrinfo(list);
          }};
}

int Listen(const addrinfo& address) {
  const int fd =
      socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  // Lets a restart take the address over at once; two servers it does not let.
  const int yes = 1;
  (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(fd, address.ai_addr, address.ai_addrlen) == 0 &&
      listen(fd, kBacklog) == 0) {
    return fd;
  }
  close(fd);
  return -1;
}

std::string PortOf(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  auto* address = reinterpret_cast<sockaddr*>(&bound);
  char port[NI_MAXSERV] = {};
  if (getsockname(fd, address, &size) != 0 ||
      getnameinfo(address, size, nullptr, 0, port, sizeof(port),
                  NI_NUMERICSERV) != 0) {
    return "0";
  }
  return port;
}

}  // namespace

absl::StatusOr<ListenSocket> OpenListenSocket(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  const std::string port = listen.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  const Addresses addresses = Resolve(host, port);
  for (const addrinfo* each = addresses.get(); each != nullptr;
       each = each->ai_next) {
    const int fd = Listen(*each);
    if (fd < 0) continue;
    return ListenSocket{fd, listen.substr(0, colon + 1) + PortOf(fd)};
  }
  return absl::UnavailableError("cannot listen on " + listen +
                                ": is it in use?");
}

}  // namespace agent
