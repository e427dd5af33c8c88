#include "service/http/raw_reply.h"

#include <event2/buffer.h>

#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace agent {
namespace {

// "HTTP/1.1 400"
constexpr size_t kStatusAt = 9;
constexpr size_t kStatusEnd = 12;

}  // namespace

std::optional<int> PendingStatus(evbuffer* output) {
  std::array<char, kStatusEnd> line{};
  const auto copied = evbuffer_copyout(output, line.data(), line.size());
  const std::string_view text(line.data(), line.size());
  int status = 0;
  if (copied != static_cast<ev_ssize_t>(line.size()) ||
      text.substr(0, 5) != "HTTP/" ||
      !absl::SimpleAtoi(std::string(text.substr(kStatusAt)), &status)) {
    return std::nullopt;
  }
  return status;
}

void ReplaceOutput(evbuffer* output, std::string_view bytes) {
  // A socket keeps the front of its output frozen between writes.
  evbuffer_unfreeze(output, /*at_front=*/1);
  evbuffer_drain(output, evbuffer_get_length(output));
  evbuffer_freeze(output, /*at_front=*/1);
  evbuffer_add(output, bytes.data(), bytes.size());
}

std::string ToRawReply(const HttpReply& reply) {
  std::string text =
      absl::StrCat("HTTP/1.1 ", reply.status,
                   " Refused\r\nContent-Length: ", reply.body.size(),
                   "\r\nConnection: close\r\nCache-Control: no-store\r\n"
                   "X-Content-Type-Options: nosniff\r\n");
  for (const auto& [name, value] : reply.headers) {
    absl::StrAppend(&text, name, ": ", value, "\r\n");
  }
  return absl::StrCat(text, "\r\n", reply.body);
}

}  // namespace agent
