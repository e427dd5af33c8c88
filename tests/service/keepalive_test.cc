// A client that is gone without a word: its machine hangs, or its network does.
// No stream is kept for it.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "agent/v1/agent_service.pb.h"
#include "lib/log/tail_hub.h"
#include "lib/redis/redis_store.h"
#include "service/agent_server.h"
#include "tests/testing/eventually.h"
#include "tests/testing/redis_server.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

// Just enough of HTTP/2 to call StreamResponse, and nothing that would answer
// the server's pings.
class DeadClient {
 public:
  explicit DeadClient(const std::string& address)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(
        std::stoi(address.substr(address.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  }
  ~DeadClient() { close(fd_); }
  DeadClient(const DeadClient&) = delete;
  DeadClient& operator=(const DeadClient&) = delete;

  void CallStreamResponse(const v1::StreamResponseRequest& request) {
    const std::string headers =
        Literal(":method", "POST") + Literal(":scheme", "http") +
        Literal(":path", "/agent.v1.AgentService/StreamResponse") +
        Literal(":authority", "localhost") + Literal("te", "trailers") +
        Literal("content-type", "application/grpc");
    const std::string body = request.SerializeAsString();
    const std::string message =
        std::string(1, '\0') + BigEndian(body.size(), 4) + body;
    Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0, 0, "") +
         Frame(kHeaders, kEndHeaders, 1, headers) +
         Frame(kData, kEndStream, 1, message));
  }

  // Reads, and answers nothing, until the server closes the connection.
  bool AwaitClosed(std::chrono::milliseconds patience) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    char bytes[4096];
    while (std::chrono::steady_clock::now() < deadline) {
      pollfd wait{fd_, POLLIN, 0};
      if (poll(&wait, 1, 100) > 0 && recv(fd_, bytes, sizeof(bytes), 0) <= 0) {
        return true;
      }
    }
    return false;
  }

 private:
  static constexpr int kData = 0;
  static constexpr int kHeaders = 1;
  static constexpr int kSettings = 4;
  static constexpr int kEndStream = 1;
  static constexpr int kEndHeaders = 4;

  static std::string BigEndian(size_t value, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) {
      out += static_cast<char>(value >> (8 * i) & 0xff);
    }
    return out;
  }
  static std::string Frame(int type, int flags, size_t stream,
                           const std::string& payload) {
    return BigEndian(payload.size(), 3) + static_cast<char>(type) +
           static_cast<char>(flags) + BigEndian(stream, 4) + payload;
  }
  // A header field without indexing and without Huffman coding (RFC
  // 7541 6.2.2).
  static std::string Literal(const std::string& name,
                             const std::string& value) {
    return std::string(1, '\0') + static_cast<char>(name.size()) + name +
           static_cast<char>(value.size()) + value;
  }
  void Send(const std::string& bytes) const {
    EXPECT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  const int fd_;
};

TEST(Keepalive, AClientThatAnswersNoPingLosesItsStream) {
  RedisServer redis;
  RedisOptions redis_options;
  redis_options.address = redis.address();
  auto store = RedisStore::Open(redis_options, RunLimits());
  ASSERT_OK(store);
  TimerQueue timers;
  const auto hub =
      TailHub::Create(&(*store)->log(), &(*store)->wakes(), &timers, {});
  AgentApi api({.runs = &(*store)->runs(),
                .directory = &(*store)->agents(),
                .hub = hub.get(),
                .timers = &timers,
                .own_agents = {},
                .wrap_reader = {}},
               RunLimits(), ReaderOptions());
  ServerOptions options;
  options.keepalive_time = absl::Milliseconds(300);
  options.keepalive_timeout = absl::Milliseconds(300);
  StreamRegistry streams(/*max_streams=*/10);
  auto server = AgentServer::Start(options, &api, &streams, &timers);
  ASSERT_OK(server);

  DeadClient client((*server)->address());
  v1::StreamResponseRequest request;
  request.set_conversation_id("to-come");
  request.mutable_wait()->set_seconds(300);
  client.CallStreamResponse(request);
  ASSERT_TRUE(Eventually([&] { return streams.size() == 1; }));
  EXPECT_TRUE(client.AwaitClosed(std::chrono::seconds(20)));
  EXPECT_TRUE(Eventually([&] { return streams.size() == 0; }));
}

}  // namespace
}  // namespace agent::testing
