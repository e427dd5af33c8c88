// TLS, built where hiredis can do it (1.x): certificates are made by openssl,
// and the server's must name the host that was asked for.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "lib/redis/redis_dial.h"
#include "lib/redis/redis_subscriber.h"
#include "tests/redis/redis_client_fixture.h"

namespace agent::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(fd, any, size), 0);
  EXPECT_EQ(getsockname(fd, any, &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

class RedisClientTlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/agent-tls-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    dir_ = path;
    OpenSsl(
        "req -x509 -nodes -days 2 -subj /CN=test-ca -out ca.crt "
        "-keyout ca.key -newkey ec -pkeyopt ec_paramgen_curve:prime256v1");
    setenv("SSL_CERT_FILE", (dir_ + "/ca.crt").c_str(), 1);
  }
  void TearDown() override {
    unsetenv("SSL_CERT_FILE");
    std::filesystem::remove_all(dir_);
  }

  // A server whose certificate names `san`, as in "DNS:localhost".
  void Serve(const std::string& san) {
    OpenSsl(
        "req -nodes -subj /CN=redis -out s.csr -keyout s.key "
        "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1");
    ASSERT_EQ(
        std::system(
            ("echo subjectAltName=" + san + " > " + dir_ + "/s.ext").c_str()),
        0);
    OpenSsl(
        "x509 -req -in s.csr -CA ca.crt -CAkey ca.key -CAcreateserial "
        "-days 2 -extfile s.ext -out s.crt");
    port_ = FreePort();
    RedisServerOptions options;
    options.config = {
        "tls-port " + std::to_string(port_), "tls-cert-file " + dir_ + "/s.crt",
        "tls-key-file " + dir_ + "/s.key",
        "tls-ca-cert-file " + dir_ + "/ca.crt", "tls-auth-clients no"};
    server_ = std::make_unique<RedisServer>(options);
  }

  RedisOptions Options(const std::string& host) const {
    RedisOptions options;
    options.address =
        *ParseRedisAddress("rediss://" + host + ":" + std::to_string(port_));
    options.command_timeout = absl::Seconds(20);
    return options;
  }

  absl::Status Dial(const std::string& host) const {
    DialInterrupt interrupt;
    return DialRedis(Options(host), &interrupt).status();
  }

  void OpenSsl(const std::string& args) {
    const std::string command = "cd " + dir_ + " && openssl " + args +
                                " > openssl.log 2>&1 || (cat openssl.log; "
                                "exit 1)";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  std::string dir_;
  int port_ = 0;
  std::unique_ptr<RedisServer> server_;
  EventLog events_;
};

TEST_F(RedisClientTlsTest, TalksToAHostThatTheCertificateNames) {
  Serve("DNS:localhost");
  EXPECT_OK(Dial("localhost"));
  auto client = RedisClient::Start(Options("localhost"), nullptr);
  const std::string large(3 << 20, 'x');
  ASSERT_OK(Ask(client.get(), {"SET", "key", large}));
  EXPECT_EQ(TextOf(Ask(client.get(), {"GET", "key"})), large);
}

TEST_F(RedisClientTlsTest, TalksToAnAddressThatTheCertificateNames) {
  Serve("IP:127.0.0.1");
  EXPECT_OK(Dial("127.0.0.1"));
}

TEST_F(RedisClientTlsTest, RefusesACertificateOfAnotherName) {
  Serve("DNS:wrong.example");
  const absl::Status status = Dial("localhost");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(status.ToString(), AnyOf(HasSubstr("hostname mismatch"),
                                       HasSubstr("Hostname mismatch")));
  RedisOptions options = Options("localhost");
  options.command_timeout = absl::Milliseconds(300);
  auto client = RedisClient::Start(options, nullptr);
  EXPECT_THAT(Ask(client.get(), {"PING"}),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(RedisClientTlsTest, RefusesAnAddressThatTheCertificateDoesNotName) {
  Serve("DNS:localhost");
  EXPECT_THAT(Dial("127.0.0.1"), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(RedisClientTlsTest, RefusesAnAuthorityItDoesNotKnow) {
  Serve("DNS:localhost");
  unsetenv("SSL_CERT_FILE");
  EXPECT_THAT(Dial("localhost"), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(RedisClientTlsTest, PipelinesAndComesBackAfterARestart) {
  Serve("DNS:localhost");
  auto client = RedisClient::Start(Options("localhost"), events_.Callback());
  constexpr int kCount = 20000;
  for (int round = 1; round <= 2; ++round) {
    std::atomic<int> right{0};
    std::atomic<int> answered{0};
    for (int i = 0; i < kCount; ++i) {
      const std::string text = std::to_string(i);
      client->Send({"ECHO", text}, [&, text](absl::StatusOr<Reply> reply) {
        if (TextOf(reply) == text) ++right;
        ++answered;
      });
    }
    ASSERT_TRUE(Eventually([&] { return answered == kCount; }));
    EXPECT_EQ(right, kCount);
    if (round == 1) server_->Restart();
    ASSERT_TRUE(Eventually([&] {
      return events_.Count(RedisConnectionEvent::Kind::kConnected) == 2;
    }));
  }
}

TEST_F(RedisClientTlsTest, SubscribesOverTls) {
  Serve("DNS:localhost");
  std::atomic<int> heard{0};
  std::atomic<bool> subscribed{false};
  RedisSubscriberEvents events;
  events.on_message = [&](std::string_view, std::string_view) { ++heard; };
  events.on_subscribed = [&](std::string_view) { subscribed = true; };
  auto subscriber =
      RedisSubscriber::Start(Options("localhost"), std::move(events));
  subscriber->Subscribe("a");
  ASSERT_TRUE(Eventually([&] { return subscribed.load(); }));
  server_->Command({"PUBLISH", "a", "x"});
  EXPECT_TRUE(Eventually([&] { return heard == 1; }));
}

}  // namespace
}  // namespace agent::testing
