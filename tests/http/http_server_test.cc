// The server over real sockets: what clients send, well and badly, and what
// becomes of it.
#include "service/http/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/mutex.h"
#include "tests/http/raw_client.h"
#include "tests/testing/eventually.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Exchange = std::shared_ptr<HttpExchange>;

// Answers with what it was asked, unless the path says otherwise.
class HttpServerTest : public ::testing::Test {
 protected:
  void Start(HttpServerLimits limits = {}) {
    HttpServerOptions options;
    options.limits = limits;
    auto server = HttpServer::Start(
        options, [this](const Exchange& exchange) { Serve(exchange); });
    ASSERT_OK(server);
    server_ = *std::move(server);
  }
  void SetUp() override { Start(); }
  void TearDown() override {
    if (server_ != nullptr) server_->Stop(absl::ZeroDuration());
    held_.clear();
  }

  void Serve(const Exchange& exchange) {
    const IncomingRequest& request = exchange->request();
    exchange->OnDone([this] { ++done_; });
    if (request.path == "/hold") {
      MutexLock lock(&mu_);
      held_.push_back(exchange);
    } else if (request.path == "/stream") {
      exchange->Begin(TextReply(200, ""));
      exchange->Write("one", [exchange] {
        exchange->Write("two", [exchange] { exchange->End(); });
      });
    } else {
      exchange->Reply(TextReply(
          200, request.method + " " + request.path + " " + request.body));
    }
  }

  size_t held() {
    MutexLock lock(&mu_);
    return held_.size();
  }
  // Does it with the exchange held last, on the loop.
  void OnLoop(std::function<void(HttpExchange&)> function) {
    Exchange exchange;
    {
      MutexLock lock(&mu_);
      exchange = held_.back();
    }
    exchange->loop().Run([&] { function(*exchange); });
  }

  std::string address() const { return server_->address(); }

  Mutex mu_;
  std::vector<Exchange> held_ ABSL_GUARDED_BY(mu_);
  std::atomic<int> done_ = 0;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersARequestWithItsBody) {
  const ReceivedReply reply = Fetch(address(), "POST /a", "", "hello");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "POST /a hello");
  EXPECT_EQ(reply.Header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(reply.Header("Cache-Control"), "no-store");
}

TEST_F(HttpServerTest, AConnectionServesOneRequestAfterAnother) {
  RawClient client(address());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.SendRequest("GET /" + std::to_string(i)));
    EXPECT_EQ(client.ReadReply().body, "GET /" + std::to_string(i) + " ");
  }
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInTheirOrder) {
  RawClient client(address());
  const std::string get = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  ASSERT_TRUE(client.Send("GET /stream" + get + "GET /2" + get +
                          "POST /3 HTTP/1.1\r\nHost: localhost\r\n"
                          "Content-Length: 2\r\n\r\nhiGET /4" +
                          get));
  EXPECT_EQ(client.ReadReply().body, "onetwo");
  EXPECT_EQ(client.ReadReply().body, "GET /2 ");
  EXPECT_EQ(client.ReadReply().body, "POST /3 hi");
  EXPECT_EQ(client.ReadReply().body, "GET /4 ");
}

// evhttp would end the process if it looked at what comes before the reply.
TEST_F(HttpServerTest, WhatComesWhileAReplyIsAwaitedWaits) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("GET /hold"));
  ASSERT_TRUE(Eventually([&] { return held() == 1; }));
  ASSERT_TRUE(client.SendRequest("GET /next"));
  OnLoop([](HttpExchange& held) { held.Reply(TextReply(200, "held")); });
  EXPECT_EQ(client.ReadReply().body, "held");
  EXPECT_EQ(client.ReadReply().body, "GET /next ");
}

TEST_F(HttpServerTest, AClientThatFloodsWhileItWaitsIsNotReadWithoutBound) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("GET /hold"));
  ASSERT_TRUE(Eventually([&] { return held() == 1; }));
  timeval brief = {0, 300000};
  client.SetSendPatience(brief);
  // Far more than both sides' kernel buffers hold.
  EXPECT_FALSE(client.Send(std::string(size_t{64} << 20, 'x')));
}

TEST_F(HttpServerTest, HeadIsAnsweredWithoutTheBody) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("HEAD /a"));
  const ReceivedReply reply = client.ReadReply(/*head_only=*/true);
  EXPECT_EQ(reply.Header("Content-Length"), "8");
  ASSERT_TRUE(client.SendRequest("GET /b"));
  EXPECT_EQ(client.ReadReply().body, "GET /b ");
}

TEST_F(HttpServerTest, AnHttp10ClientGetsABodyThatEndsWithTheConnection) {
  for (const std::string keep : {"", "Connection: keep-alive\r\n"}) {
    RawClient client(address());
    ASSERT_TRUE(client.Send("GET /stream HTTP/1.0\r\n" + keep + "\r\n"));
    const std::string all = client.ReadToClose();
    EXPECT_THAT(all, HasSubstr("\r\n\r\nonetwo"));
    EXPECT_THAT(all, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(all, Not(HasSubstr("chunked")));
  }
}

TEST_F(HttpServerTest, AChunkedRequestIsReadWhole) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("POST /a", "Transfer-Encoding: chunked\r\n"));
  ASSERT_TRUE(client.Send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  EXPECT_EQ(client.ReadReply().body, "POST /a abcde");
}

TEST_F(HttpServerTest, AClientThatAsksBeforeItSendsIsToldToGoOn) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest(
      "POST /a", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
  EXPECT_EQ(client.ReadHead().status, 100);
  ASSERT_TRUE(client.Send("hi"));
  EXPECT_EQ(client.ReadReply().body, "POST /a hi");
}

TEST_F(HttpServerTest, AClientThatLeavesIsNoticedBeforeItsReply) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("GET /hold"));
  ASSERT_TRUE(Eventually([&] { return held() == 1; }));
  EXPECT_EQ(done_, 0);
  client.Close();
  EXPECT_TRUE(Eventually([&] { return done_ == 1; }));
  // Too late, and harmless.
  OnLoop([](HttpExchange& held) { held.Reply(TextReply(200, "held")); });
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
}

TEST_F(HttpServerTest, AClientThatLeavesIsNoticedInTheMiddleOfItsReply) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("GET /hold"));
  ASSERT_TRUE(Eventually([&] { return held() == 1; }));
  OnLoop([](HttpExchange& held) {
    held.Begin(TextReply(200, ""));
    held.Write("begun");
  });
  client.ReadHead();
  EXPECT_EQ(client.ReadChunk(), "begun");
  client.Close();
  EXPECT_TRUE(Eventually([&] { return done_ == 1; }));
  OnLoop([](HttpExchange& held) {
    held.Write("late");
    held.End();
  });
}

TEST_F(HttpServerTest, WhatIsNoHttpIsRefusedInOurOwnWords) {
  for (const std::string garbage :
       {"\x16\x03\x01\x02 what\r\n\r\n", "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "\r\n\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
        "Transfer-Encoding: chunked\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
    RawClient client(address());
    ASSERT_TRUE(client.Send(garbage));
    const ReceivedReply reply = client.ReadReply();
    EXPECT_EQ(reply.status, 400) << garbage;
    EXPECT_EQ(reply.Header("Content-Type"), "application/json") << garbage;
    EXPECT_EQ(reply.Header("X-Content-Type-Options"), "nosniff") << garbage;
    EXPECT_THAT(reply.body, HasSubstr(R"("code":"INVALID_ARGUMENT")"));
    EXPECT_TRUE(client.AwaitClose()) << garbage;
  }
  EXPECT_EQ(Fetch(address(), "GET /a").status, 200);
}

TEST_F(HttpServerTest, AMethodThatHttpDoesNotKnowIsRefused) {
  const ReceivedReply reply = Fetch(address(), "BREW /a");
  EXPECT_EQ(reply.status, 501);
  EXPECT_EQ(reply.Header("Content-Type"), "application/json");
}

TEST_F(HttpServerTest, ARequestNamesItsHostOnce) {
  RawClient none(address());
  ASSERT_TRUE(none.Send("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(none.ReadReply().status, 400);
  EXPECT_EQ(Fetch(address(), "GET /", "Host: a\r\nHost: b\r\n").status, 400);
}

TEST_F(HttpServerTest, ABrokenEscapeIsRefused) {
  EXPECT_EQ(Fetch(address(), "GET /a%zz").status, 400);
  EXPECT_EQ(Fetch(address(), "GET /a%4").status, 400);
  EXPECT_EQ(Fetch(address(), "GET nowhere").status, 400);
}

class SmallLimits : public HttpServerTest {
 protected:
  void SetUp() override {
    HttpServerLimits limits;
    limits.max_url_bytes = 100;
    limits.max_header_bytes = 1000;
    limits.max_body_bytes = 2000;
    limits.max_connections = 2;
    limits.receive_timeout = absl::Milliseconds(200);
    limits.stall_timeout = absl::Milliseconds(300);
    Start(limits);
  }
};

TEST_F(SmallLimits, ALongUrlIsRefused) {
  const ReceivedReply reply = Fetch(address(), "GET /" + std::string(100, 'a'));
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("url: must be at most 100 bytes"));
}

TEST_F(SmallLimits, LongHeadersAreRefused) {
  EXPECT_EQ(
      Fetch(address(), "GET /", "X: " + std::string(800, 'a') + "\r\n").status,
      200);
  const ReceivedReply reply =
      Fetch(address(), "GET /", "X: " + std::string(1000, 'a') + "\r\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("at most 1000 bytes"));
}

TEST_F(SmallLimits, ManyHeadersAreRefused) {
  std::string headers;
  for (int i = 0; i < 300; ++i) headers += "X: y\r\n";
  EXPECT_EQ(Fetch(address(), "GET /", headers).status, 400);
}

TEST_F(SmallLimits, ALongBodyIsRefusedWithTheLimit) {
  EXPECT_EQ(Fetch(address(), "POST /", "", std::string(2000, 'a')).status, 200);
  const ReceivedReply reply =
      Fetch(address(), "POST /", "", std::string(2001, 'a'));
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.Header("Content-Type"), "application/json");
  EXPECT_THAT(reply.body, HasSubstr("body: must be at most 2000 bytes"));
}

TEST_F(SmallLimits, ABodyWithoutEndIsRefusedAtOnceAndTheReasonArrives) {
  RawClient client(address());
  ASSERT_TRUE(
      client.SendRequest("POST /a", "Content-Length: 1000000000000\r\n"));
  // All of what is on its way is taken, and none of it resets the connection.
  ASSERT_TRUE(client.Send(std::string(size_t{16} << 20, 'x')));
  EXPECT_EQ(client.ReadReply().status, 413);
  EXPECT_TRUE(client.AwaitClose());
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
}

TEST_F(SmallLimits, ALongChunkedBodyIsRefused) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("POST /a", "Transfer-Encoding: chunked\r\n"));
  ASSERT_TRUE(client.Send("7d1\r\n"));
  EXPECT_EQ(client.ReadReply().status, 413);
}

TEST_F(SmallLimits, WhoSendsTooSlowlyIsCut) {
  RawClient client(address());
  ASSERT_TRUE(client.Send("POST / HTTP/1.1\r\nHost: localhost\r\n"));
  // A byte now and then does not buy more time.
  int sent = 0;
  while (sent < 2000 && client.Send("X")) {
    ++sent;
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_LT(sent, 2000);
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
}

TEST_F(SmallLimits, WhoSendsNothingIsCut) {
  RawClient client(address());
  EXPECT_TRUE(client.AwaitClose());
}

TEST_F(SmallLimits, WhoIsServedIsNotCutHoweverLongThatTakes) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("GET /hold"));
  ASSERT_TRUE(Eventually([&] { return held() == 1; }));
  RawClient idle(address());
  EXPECT_TRUE(idle.AwaitClose());  // its whole time has passed
  OnLoop([](HttpExchange& held) { held.Reply(TextReply(200, "late")); });
  EXPECT_EQ(client.ReadReply().body, "late");
}

TEST_F(SmallLimits, WhoTakesNothingOfTheReplyIsCut) {
  RawClient client(address());
  client.ShrinkReceiveBuffer();
  ASSERT_TRUE(client.SendRequest("GET /hold"));
  ASSERT_TRUE(Eventually([&] { return held() == 1; }));
  OnLoop([](HttpExchange& held) {
    held.Reply(TextReply(200, std::string(size_t{8} << 20, 'x')));
  });
  EXPECT_TRUE(Eventually([&] { return done_ == 1; }));
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
}

TEST_F(SmallLimits, MoreConnectionsWaitUntilThereIsRoom) {
  RawClient first(address());
  RawClient second(address());
  ASSERT_TRUE(first.SendRequest("GET /hold"));
  ASSERT_TRUE(second.SendRequest("GET /hold"));
  ASSERT_TRUE(Eventually([&] { return held() == 2; }));
  RawClient third(address());
  ASSERT_TRUE(third.SendRequest("GET /third"));
  first.Close();
  EXPECT_EQ(third.ReadReply().body, "GET /third ");
  EXPECT_LE(server_->connections(), 2);
}

TEST_F(HttpServerTest, StoppingGivesWhatIsUnderWayItsTime) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("GET /hold"));
  ASSERT_TRUE(Eventually([&] { return held() == 1; }));
  std::thread stop([&] { server_->Stop(absl::Seconds(20)); });
  OnLoop([](HttpExchange& held) { held.Reply(TextReply(200, "last")); });
  EXPECT_EQ(client.ReadReply().body, "last");
  stop.join();
  EXPECT_TRUE(client.AwaitClose());
}

TEST_F(HttpServerTest, StoppingCutsWhatDoesNotEnd) {
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("GET /hold"));
  ASSERT_TRUE(Eventually([&] { return held() == 1; }));
  server_->Stop(absl::Milliseconds(10));
  EXPECT_EQ(done_, 1);
  EXPECT_TRUE(client.AwaitClose());
}

TEST_F(HttpServerTest, WhileDrainingEveryReplyIsTheLastOfItsConnection) {
  server_->BeginDrain();
  RawClient client(address());
  ASSERT_TRUE(client.SendRequest("GET /a"));
  EXPECT_EQ(client.ReadReply().Header("Connection"), "close");
  EXPECT_TRUE(client.AwaitClose());
}

TEST_F(HttpServerTest, AnAddressInUseIsRefusedInOneLine) {
  HttpServerOptions options;
  options.listen = address();
  const auto second = HttpServer::Start(options, [](const Exchange&) {});
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(address()));
}

}  // namespace
}  // namespace agent::testing
