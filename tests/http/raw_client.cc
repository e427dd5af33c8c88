#include "tests/http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace agent::testing {
namespace {

constexpr time_t kPatienceSeconds = 20;

int Connect(const std::string& address) {
  const size_t colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  int port = 0;
  (void)absl::SimpleAtoi(address.substr(colon + 1), &port);
  to.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience = {kPatienceSeconds, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

}  // namespace

std::string ReceivedReply::Header(const std::string& name) const {
  const auto found = headers.find(absl::AsciiStrToLower(name));
  return found == headers.end() ? "" : found->second;
}

RawClient::RawClient(const std::string& address) : fd_(Connect(address)) {}

RawClient::~RawClient() { Close(); }

void RawClient::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

void RawClient::SetSendPatience(timeval patience) {
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

void RawClient::ShrinkReceiveBuffer() {
  const int bytes = 4096;
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawClient::SendRequest(const std::string& line, const std::string& headers,
                            std::optional<std::string> body) {
  std::string request = line + " HTTP/1.1\r\n";
  if (headers.find("Host:") == std::string::npos) {
    request += "Host: localhost\r\n";
  }
  request += headers;
  if (body.has_value()) {
    request += "Content-Length: " + std::to_string(body->size()) + "\r\n";
  }
  return Send(request + "\r\n" + body.value_or(""));
}

bool RawClient::Fill() {
  std::array<char, 65536> block{};
  const ssize_t got = recv(fd_, block.data(), block.size(), 0);
  if (got <= 0) return false;
  buffer_.append(block.data(), static_cast<size_t>(got));
  return true;
}

bool RawClient::ReadLine(std::string* line) {
  size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!Fill()) return false;
  }
  *line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return true;
}

std::string RawClient::ReadBytes(size_t count) {
  while (buffer_.size() < count && Fill()) {
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

ReceivedReply RawClient::ReadHead() {
  ReceivedReply reply;
  std::string line;
  if (!ReadLine(&line)) return reply;
  (void)absl::SimpleAtoi(line.substr(line.find(' ') + 1, 3), &reply.status);
  while (ReadLine(&line) && !line.empty()) {
    const size_t colon = line.find(':');
    reply.headers[absl::AsciiStrToLower(line.substr(0, colon))] =
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return reply;
}

ReceivedReply RawClient::ReadReply(bool head_only) {
  ReceivedReply reply = ReadHead();
  if (head_only || reply.status == 0 || reply.status == 204) return reply;
  if (reply.Header("Transfer-Encoding") == "chunked") {
    std::string chunk;
    while (!(chunk = ReadChunk()).empty()) reply.body += chunk;
  } else if (reply.headers.count("content-length") > 0) {
    size_t length = 0;
    (void)absl::SimpleAtoi(reply.Header("Content-Length"), &length);
    reply.body = ReadBytes(length);
  } else {
    reply.body = ReadToClose();
  }
  return reply;
}

std::string RawClient::ReadChunk() {
  std::string line;
  if (!ReadLine(&line)) return "";
  const size_t size = std::strtoul(line.c_str(), nullptr, 16);
  std::string chunk = ReadBytes(size);
  ReadLine(&line);
  return chunk;
}

std::string RawClient::ReadChunksUntil(std::string_view text) {
  std::string all;
  while (true) {
    const std::string chunk = ReadChunk();
    if (chunk.empty()) return all;
    all += chunk;
    if (all.size() >= text.size() &&
        std::string_view(all).substr(all.size() - text.size()) == text) {
      return all;
    }
  }
}

std::string RawClient::ReadToClose() {
  while (Fill()) {
  }
  return std::exchange(buffer_, "");
}

bool RawClient::AwaitClose() {
  if (!buffer_.empty()) return false;
  char byte = 0;
  const ssize_t got = recv(fd_, &byte, 1, 0);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

ReceivedReply Fetch(const std::string& address, const std::string& line,
                    const std::string& headers,
                    std::optional<std::string> body) {
  RawClient client(address);
  client.SendRequest(line, headers, std::move(body));
  return client.ReadReply(line.rfind("HEAD ", 0) == 0);
}

}  // namespace agent::testing
