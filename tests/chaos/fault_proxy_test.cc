#include "tests/chaos/cluster/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/testing/eventually.h"
#include "tests/testing/redis_server.h"

namespace agent::chaos {
namespace {

using ::agent::testing::Eventually;

constexpr char kPing[] = "PING\r\n";
constexpr char kPong[] = "+PONG\r\n";

// A client that says what it is told to. Its patience only bounds a failure,
// but for Hears(""): there it bounds how long it listens.
class RawClient {
 public:
  explicit RawClient(int port)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    EXPECT_EQ(
        connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
        0);
  }
  ~RawClient() { close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool Say(std::string_view words) const {
    return send(fd_, words.data(), words.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(words.size());
  }
  // Waits until that much has come.
  std::string Hear(size_t size) const {
    std::string heard(size, '\0');
    const ssize_t got = recv(fd_, heard.data(), size, MSG_WAITALL);
    heard.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return heard;
  }
  bool HearsNothing() const {
    char byte = 0;
    return recv(fd_, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }
  // Waits until something happens, and says whether it was a reset.
  bool IsReset() const {
    char byte = 0;
    return recv(fd_, &byte, 1, 0) < 0 && errno == ECONNRESET;
  }

 private:
  const int fd_;
};

class FaultProxyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto proxy = FaultProxy::Start(redis_.socket_path(), 2);
    ASSERT_TRUE(proxy.ok()) << proxy.status();
    proxy_ = *std::move(proxy);
  }

  bool Answers(const RawClient& client) const {
    return client.Say(kPing) && client.Hear(sizeof(kPong) - 1) == kPong;
  }
  int64_t Counter() { return redis_.Command({"GET", "n"}).view().Integer(); }

  agent::testing::RedisServer redis_;
  std::unique_ptr<FaultProxy> proxy_;
};

TEST_F(FaultProxyTest, PassesOnWhatIsSaid) {
  const RawClient one(proxy_->port(0));
  const RawClient other(proxy_->port(1));
  EXPECT_TRUE(Answers(one));
  EXPECT_TRUE(Answers(other));
  EXPECT_EQ(proxy_->connections(0), 1);
}

TEST_F(FaultProxyTest, PassesOnMoreThanItsBuffersHold) {
  const std::string big(3 << 20, 'x');
  redis_.Command({"SET", "big", big});
  const RawClient client(proxy_->port(0));
  ASSERT_TRUE(client.Say("GET big\r\n"));
  const std::string head = "$3145728\r\n";
  EXPECT_EQ(client.Hear(head.size() + big.size()), head + big);
}

TEST_F(FaultProxyTest, ResetsTheConnectionsOfOneListenerOnly) {
  const RawClient one(proxy_->port(0));
  const RawClient other(proxy_->port(1));
  ASSERT_TRUE(Answers(one));
  ASSERT_TRUE(Answers(other));
  EXPECT_EQ(proxy_->Drop(0), 1);
  EXPECT_TRUE(one.IsReset());
  EXPECT_TRUE(Answers(other));
  EXPECT_TRUE(Answers(RawClient(proxy_->port(0))));
}

TEST_F(FaultProxyTest, HoldsBackWhatIsSaidWhileStalled) {
  const RawClient client(proxy_->port(0));
  ASSERT_TRUE(Answers(client));
  proxy_->SetMood(0, {.stalled = true});
  ASSERT_TRUE(client.Say("INCR n\r\n"));
  // What is not stalled went the same way, later.
  EXPECT_TRUE(Answers(RawClient(proxy_->port(1))));
  EXPECT_EQ(Counter(), 0);
  EXPECT_TRUE(client.HearsNothing());
  proxy_->SetMood(0, {});
  EXPECT_EQ(client.Hear(4), ":1\r\n");
}

TEST_F(FaultProxyTest, LosesRepliesButNoCommands) {
  const RawClient client(proxy_->port(0));
  ASSERT_TRUE(Answers(client));
  proxy_->SetMood(0, {.loses_replies = true});
  ASSERT_TRUE(client.Say("INCR n\r\n"));
  EXPECT_TRUE(Eventually([&] { return Counter() == 1; }));
  EXPECT_TRUE(Eventually([&] { return proxy_->lost_reply_bytes(0) == 4; }));
  EXPECT_TRUE(client.HearsNothing());
  // A connection that lost something never speaks again.
  proxy_->SetMood(0, {});
  EXPECT_TRUE(client.IsReset());
  EXPECT_TRUE(Answers(RawClient(proxy_->port(0))));
}

TEST_F(FaultProxyTest, RefusesNewConnections) {
  const RawClient old(proxy_->port(0));
  ASSERT_TRUE(Answers(old));
  proxy_->SetMood(0, {.refuses = true});
  EXPECT_TRUE(RawClient(proxy_->port(0)).IsReset());
  EXPECT_TRUE(Answers(old));
  proxy_->SetMood(0, {});
  EXPECT_TRUE(Answers(RawClient(proxy_->port(0))));
}

TEST_F(FaultProxyTest, ClosesWithRedisAndFindsItAgain) {
  const RawClient client(proxy_->port(0));
  ASSERT_TRUE(Answers(client));
  redis_.Kill();
  EXPECT_EQ(client.Hear(1), "");
  EXPECT_TRUE(RawClient(proxy_->port(0)).IsReset());
  redis_.Restart();
  EXPECT_TRUE(Answers(RawClient(proxy_->port(0))));
}

}  // namespace
}  // namespace agent::chaos
