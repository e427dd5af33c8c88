#include "tests/bench/sse_crowd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "absl/time/clock.h"

namespace agent::bench {
namespace {

constexpr int kPollMs = 100;

}  // namespace

SseCrowd::~SseCrowd() {
  for (const Reader& reader : readers_) close(reader.fd);
}

bool SseCrowd::Open(const std::string& path) {
  const size_t colon = address_.rfind(':');
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port =
      htons(static_cast<uint16_t>(std::stoi(address_.substr(colon + 1))));
  inet_pton(AF_INET, address_.substr(0, colon).c_str(), &where.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* to = reinterpret_cast<const sockaddr*>(&where);
  if (fd < 0 || connect(fd, to, sizeof(where)) != 0) return false;
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: " + address_ +
                              "\r\nAccept: text/event-stream\r\n\r\n";
  readers_.push_back({fd, ""});
  return send(fd, request.data(), request.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(request.size());
}

bool SseCrowd::AwaitAll(const std::string& text, absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  std::vector<Reader*> waiting;
  for (Reader& reader : readers_) waiting.push_back(&reader);
  while (!waiting.empty() && absl::Now() < deadline) {
    std::vector<pollfd> polled;
    for (const Reader* reader : waiting) {
      polled.push_back({reader->fd, POLLIN, 0});
    }
    poll(polled.data(), polled.size(), kPollMs);
    for (size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      std::array<char, 4096> buffer{};
      const ssize_t size = recv(polled[i].fd, buffer.data(), buffer.size(), 0);
      if (size <= 0) return false;
      waiting[i]->received.append(buffer.data(), static_cast<size_t>(size));
    }
    std::erase_if(waiting, [&text](Reader* reader) {
      const size_t at = reader->received.find(text);
      if (at != std::string::npos) reader->received.erase(0, at + text.size());
      return at != std::string::npos;
    });
  }
  return waiting.empty();
}

}  // namespace agent::bench
