// What becomes of commands when Redis hangs, dies, restarts or cuts us off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "tests/redis/redis_client_fixture.h"

namespace agent::testing {
namespace {

using Kind = RedisConnectionEvent::Kind;

class RedisClientFaultsTest : public RedisClientTest {
 protected:
  void AwaitBlockedClient() {
    ASSERT_TRUE(Eventually([&] {
      const Reply info = server_.Command({"INFO", "clients"});
      return absl::StrContains(std::string(info.view().Text()),
                               "blocked_clients:1");
    }));
  }
  // That Redis holds a command of ours behind one that blocks.
  void AwaitUnreadCommand() {
    ASSERT_TRUE(Eventually([&] {
      const Reply list = server_.Command({"CLIENT", "LIST"});
      const std::string text(list.view().Text());
      const size_t ours = text.find("name=agent-service");
      const size_t unread = text.find(" qbuf=", ours);
      return ours != std::string::npos && unread != std::string::npos &&
             text[unread + 6] != '0';
    }));
  }
};

TEST_F(RedisClientFaultsTest, ACommandIsOverdueWhenRedisHangs) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  server_.Pause();
  const absl::Time start = absl::Now();
  const auto reply =
      AskWithin(client.get(), absl::Milliseconds(200), {"INCR", "a"});
  EXPECT_THAT(reply, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(reply, HasReason(reason::kStoreUnavailable));
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(200));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  server_.Resume();
  EXPECT_OK(Ask(client.get(), {"PING"}));
}

TEST_F(RedisClientFaultsTest, DeadlinesHoldInAnyOrder) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  server_.Pause();
  std::vector<int> order;
  std::atomic<int> answered{0};
  for (const int ms : {900, 100, 500}) {
    client->SendWithTimeout({"PING"}, absl::Milliseconds(ms),
                            [&, ms](absl::StatusOr<Reply> reply) {
                              EXPECT_FALSE(reply.ok());
                              order.push_back(ms);
                              ++answered;
                            });
  }
  ASSERT_TRUE(Eventually([&] { return answered == 3; }));
  // The first to be overdue shows that the connection hangs: what was written
  // on it is unknown with it.
  EXPECT_EQ(order.front(), 100);
}

TEST_F(RedisClientFaultsTest, AHangingConnectionIsMadeAnew) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  server_.Pause();
  EXPECT_THAT(AskWithin(client.get(), absl::Milliseconds(100), {"PING"}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(Eventually([&] { return events_.Count(Kind::kDisconnected); }));
  server_.Resume();
  EXPECT_TRUE(Eventually([&] { return events_.Count(Kind::kConnected) == 2; }));
  EXPECT_FALSE(events_.events().back().restarted);
}

// The reply that comes late must find nobody, least of all the next command.
// The connection is kept, because Redis answered something in the meantime.
TEST_F(RedisClientFaultsTest, ALateReplyIsNobodysElse) {
  auto client = Start();
  std::atomic<bool> first{false};
  client->Send({"BLPOP", "a", "0"}, [&](absl::StatusOr<Reply> reply) {
    EXPECT_OK(reply);
    first = true;
  });
  AwaitBlockedClient();
  std::atomic<bool> overdue{false};
  client->SendWithTimeout({"BLPOP", "b", "0"}, absl::Seconds(2),
                          [&](absl::StatusOr<Reply> reply) {
                            EXPECT_FALSE(reply.ok());
                            overdue = true;
                          });
  AwaitUnreadCommand();
  server_.Command({"RPUSH", "a", "x"});
  ASSERT_TRUE(Eventually([&] { return overdue.load(); }));
  EXPECT_TRUE(first);
  AwaitBlockedClient();
  server_.Command({"RPUSH", "b", "late"});
  EXPECT_EQ(TextOf(Ask(client.get(), {"ECHO", "mine"})), "mine");
  EXPECT_EQ(events_.Count(Kind::kConnected), 1);
}

TEST_F(RedisClientFaultsTest, WhatWasNeverWrittenWaitsForTheNextConnection) {
  server_.Kill();
  auto client = Start();
  std::atomic<int> answered{0};
  constexpr int kCount = 100;
  for (int i = 0; i < kCount; ++i) {
    client->Send({"INCR", "counter"}, [&](absl::StatusOr<Reply> reply) {
      EXPECT_OK(reply);
      ++answered;
    });
  }
  server_.Restart();
  ASSERT_TRUE(Eventually([&] { return answered == kCount; }));
  EXPECT_EQ(TextOf(Ask(client.get(), {"GET", "counter"})), "100");
}

TEST_F(RedisClientFaultsTest, WhatWasWrittenFailsAtOnceWithTheConnection) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  std::atomic<bool> failed{false};
  client->SendWithTimeout({"BLPOP", "list", "0"}, absl::Hours(1),
                          [&](absl::StatusOr<Reply> reply) {
                            EXPECT_TRUE(absl::IsUnavailable(reply.status()));
                            failed = true;
                          });
  AwaitBlockedClient();
  server_.Kill();
  EXPECT_TRUE(Eventually([&] { return failed.load(); }));
}

TEST_F(RedisClientFaultsTest, AnUnsentCommandIsOverdueWithoutAServer) {
  server_.Kill();
  auto client = Start();
  EXPECT_THAT(AskWithin(client.get(), absl::Milliseconds(100), {"PING"}),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(RedisClientFaultsTest, ARestartShowsInTheEvents) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  server_.Restart();
  ASSERT_TRUE(Eventually([&] { return events_.Count(Kind::kConnected) == 2; }));
  const auto events = events_.events();
  ASSERT_EQ(events.size(), 3);
  EXPECT_FALSE(events[0].restarted);
  EXPECT_EQ(events[1].kind, Kind::kDisconnected);
  EXPECT_TRUE(events[2].restarted);
  server_.DropClients();
  ASSERT_TRUE(Eventually([&] { return events_.Count(Kind::kConnected) == 3; }));
  EXPECT_FALSE(events_.events().back().restarted);
}

TEST_F(RedisClientFaultsTest, AnotherHistoryOfTheSameProcessShowsInTheEvents) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  server_.Command({"REPLICAOF", "127.0.0.1", "1"});
  server_.Command({"REPLICAOF", "NO", "ONE"});
  server_.DropClients();
  ASSERT_TRUE(Eventually([&] { return events_.Count(Kind::kConnected) == 2; }));
  EXPECT_TRUE(events_.events().back().restarted);
}

TEST_F(RedisClientFaultsTest, AScriptMayBeGivenLessTimeThanACommandHas) {
  server_.Kill();
  auto client = Start();
  const LuaScript script("one", "return 1");
  const auto reply = Await<Reply>([&](Callback<Reply> done) {
    client->RunWithTimeout(script, {}, {}, absl::Milliseconds(50),
                           std::move(done));
  });
  EXPECT_THAT(reply, StatusIs(absl::StatusCode::kUnavailable));
  RedisOptions options = Options();
  options.command_timeout = absl::Milliseconds(50);
  client = Start(options);
  EXPECT_THAT(Await<Reply>([&](Callback<Reply> done) {
                client->RunWithTimeout(script, {}, {}, absl::Hours(1),
                                       std::move(done));
              }),
              StatusIs(absl::StatusCode::kUnavailable));
  server_.Restart();
}

// Increments a counter from several threads until it is stopped, and counts
// the answers to each.
class Flood {
 public:
  explicit Flood(RedisClient* client) : client_(client), calls_(kMaxSent) {
    threads_.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads_.emplace_back([this] { Send(); });
    }
  }
  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  int sent() const { return std::min(sent_.load(), kMaxSent); }
  int answered() const { return answered_; }
  int succeeded() const { return succeeded_; }
  int Calls(int id) const { return calls_[static_cast<size_t>(id)]; }

 private:
  static constexpr int kThreads = 4;
  static constexpr int kMaxOutstanding = 5000;
  static constexpr int kMaxSent = 10000000;

  void Send() {
    while (!stop_) {
      if (sent_ - answered_ > kMaxOutstanding) {
        std::this_thread::yield();
        continue;
      }
      const int id = sent_++;
      if (id >= kMaxSent) return;
      client_->Send({"INCR", "counter"}, [this, id](absl::StatusOr<Reply> r) {
        ++calls_[static_cast<size_t>(id)];
        if (r.ok()) ++succeeded_;
        ++answered_;
      });
    }
  }

  RedisClient* const client_;
  std::vector<std::atomic<uint8_t>> calls_;
  std::atomic<int> sent_{0};
  std::atomic<int> answered_{0};
  std::atomic<int> succeeded_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

// Every callback exactly once, whatever happens to the connection; what was
// answered OK happened, and nothing happened twice.
TEST_F(RedisClientFaultsTest, AFloodSurvivesCutConnections) {
  constexpr size_t kDrops = 10;
  auto client = Start();
  Flood flood(client.get());
  for (size_t i = 1; i <= kDrops; ++i) {
    const int before = flood.succeeded();
    EXPECT_TRUE(Eventually([&] {
      return events_.Count(Kind::kConnected) >= i && flood.succeeded() > before;
    }));
    server_.DropClients();
  }
  flood.Stop();
  ASSERT_TRUE(Eventually([&] { return flood.answered() == flood.sent(); }));
  for (int i = 0; i < flood.sent(); ++i) ASSERT_EQ(flood.Calls(i), 1);
  const int64_t done = server_.Command({"GET", "counter"}).view().Integer();
  EXPECT_GE(done, flood.succeeded());
  EXPECT_LE(done, flood.sent());
  EXPECT_TRUE(
      Eventually([&] { return events_.Count(Kind::kDisconnected) >= kDrops; }));
}

TEST_F(RedisClientFaultsTest, AFullQueueRefusesAndRecovers) {
  RedisOptions options = Options();
  options.max_queued_commands = 10;
  auto client = Start(options);
  ASSERT_OK(Ask(client.get(), {"PING"}));
  server_.Pause();
  std::atomic<int> refused{0};
  std::atomic<int> good{0};
  for (int i = 0; i < 15; ++i) {
    client->Send({"PING"}, [&](absl::StatusOr<Reply> reply) {
      if (reply.ok()) {
        ++good;
      } else {
        EXPECT_THAT(reply, StatusIs(absl::StatusCode::kUnavailable));
        EXPECT_THAT(reply, HasReason(reason::kStoreUnavailable));
        ++refused;
      }
    });
  }
  ASSERT_TRUE(Eventually([&] { return refused == 5; }));
  server_.Resume();
  ASSERT_TRUE(Eventually([&] { return good == 10; }));
  EXPECT_OK(Ask(client.get(), {"PING"}));
}

TEST_F(RedisClientFaultsTest, TheQueueIsBoundedInBytesToo) {
  RedisOptions options = Options();
  options.max_queued_bytes = 1000;
  auto client = Start(options);
  EXPECT_THAT(Ask(client.get(), {"ECHO", std::string(2000, 'x')}),
              HasReason(reason::kStoreUnavailable));
  for (int i = 0; i < 100; ++i) {
    EXPECT_OK(Ask(client.get(), {"ECHO", std::string(500, 'x')}));
  }
}

}  // namespace
}  // namespace agent::testing
