// What Redis' error replies become, and which of them are waited out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "lib/redis/redis_error.h"
#include "tests/redis/redis_client_fixture.h"

namespace agent::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using RedisClientErrorsTest = RedisClientTest;

constexpr char kPassword[] = "correct horse";

TEST_F(RedisClientErrorsTest, AnErrorReplyIsInternalWithoutRedisText) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"SET", "text", "x"}));
  const auto reply = Ask(client.get(), {"LPUSH", "text", "y"});
  EXPECT_THAT(reply, StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(reply.status().ToString(), Not(HasSubstr("WRONGTYPE")));
}

TEST_F(RedisClientErrorsTest, AFullRedisIsResourceExhausted) {
  server_.options().config = {"maxmemory 3mb", "maxmemory-policy noeviction"};
  server_.Restart();
  auto client = Start();
  absl::Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) {
    status = Ask(client.get(),
                 {"SET", "k" + std::to_string(i), std::string(100000, 'x')})
                 .status();
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(status, HasReason(reason::kStoreFull));
  EXPECT_TRUE(GetErrorDetails(status)->retry_after.has_value());
  EXPECT_OK(Ask(client.get(), {"GET", "k0"}));
}

TEST_F(RedisClientErrorsTest, ABusyRedisIsWaitedFor) {
  server_.Command({"CONFIG", "SET", "busy-reply-threshold", "1"});
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  std::atomic<bool> killed{false};
  std::thread script([&] {
    auto other = RedisClient::Start(Options(), nullptr);
    Ask(other.get(), {"EVAL", "while true do end", "0"}).status().IgnoreError();
    killed = true;
  });
  ASSERT_TRUE(Eventually([&] {
    const Reply reply = server_.Command({"PING"});
    return reply.view().IsError();
  }));
  std::atomic<bool> answered{false};
  client->Send({"SET", "a", "1"}, [&](absl::StatusOr<Reply> reply) {
    EXPECT_OK(reply);
    EXPECT_TRUE(killed);
    answered = true;
  });
  EXPECT_THAT(AskWithin(client.get(), absl::Milliseconds(200), {"GET", "a"}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(answered);
  killed = true;
  server_.Command({"SCRIPT", "KILL"});
  script.join();
  EXPECT_TRUE(Eventually([&] { return answered.load(); }));
}

TEST_F(RedisClientErrorsTest, ALoadingRedisIsWaitedFor) {
  server_.options().append_only = true;
  server_.Restart();
  server_.Command(
      {"EVAL", "for i = 1, 20000 do redis.call('SET', 'k' .. i, i) end", "0"});
  server_.Stop();
  server_.options().config = {"key-load-delay 50"};
  server_.Launch();
  ASSERT_TRUE(Eventually([&] {
    return PingUnixSocket(server_.socket_path(), absl::Seconds(20)) ==
           RedisAnswer::kLoading;
  }));
  auto client = Start();
  // Whoever acts on a new connection, as on a restart, finds it ready.
  ASSERT_TRUE(Eventually([&] {
    return events_.Count(RedisConnectionEvent::Kind::kConnected) == 1;
  }));
  EXPECT_NE(PingUnixSocket(server_.socket_path(), absl::Seconds(20)),
            RedisAnswer::kLoading);
  EXPECT_EQ(TextOf(Ask(client.get(), {"GET", "k20000"})), "20000");
}

TEST_F(RedisClientErrorsTest, AReadOnlyRedisIsWaitedForOnANewConnection) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  server_.Command({"REPLICAOF", "127.0.0.1", "1"});
  std::atomic<bool> answered{false};
  client->Send({"SET", "a", "1"}, [&](absl::StatusOr<Reply> reply) {
    EXPECT_OK(reply);
    answered = true;
  });
  EXPECT_TRUE(Eventually([&] {
    return events_.Count(RedisConnectionEvent::Kind::kConnected) >= 2;
  }));
  EXPECT_FALSE(answered);
  server_.Command({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(Eventually([&] { return answered.load(); }));
}

TEST_F(RedisClientErrorsTest, AReadOnlyRedisIsReadFrom) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  server_.Command({"REPLICAOF", "127.0.0.1", "1"});
  std::atomic<bool> answered{false};
  client->Send({"SET", "a", "1"},
               [&](absl::StatusOr<Reply>) { answered = true; });
  const LuaScript reads("reads",
                        "#!lua flags=no-writes\nreturn redis.call('GET', 'a')");
  ASSERT_TRUE(Eventually([&] {
    return events_.Count(RedisConnectionEvent::Kind::kConnected) >= 2;
  }));
  // Also by a script that Redis does not know yet.
  EXPECT_OK(RunScript(client.get(), reads, {}, {}));
  EXPECT_FALSE(answered);
  server_.Command({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(Eventually([&] { return answered.load(); }));
}

TEST_F(RedisClientErrorsTest, ABlockedCommandOutlivesADemotion) {
  auto client = Start();
  std::atomic<bool> answered{false};
  client->Send({"BLPOP", "list", "0"}, [&](absl::StatusOr<Reply> reply) {
    EXPECT_OK(reply);
    answered = true;
  });
  ASSERT_TRUE(Eventually([&] {
    const Reply info = server_.Command({"INFO", "clients"});
    return info.view().Text().find("blocked_clients:1") !=
           std::string_view::npos;
  }));
  server_.Command({"REPLICAOF", "127.0.0.1", "1"});
  EXPECT_TRUE(Eventually([&] {
    return events_.Count(RedisConnectionEvent::Kind::kConnected) >= 2;
  }));
  EXPECT_FALSE(answered);
  server_.Command({"REPLICAOF", "NO", "ONE"});
  server_.Command({"RPUSH", "list", "a"});
  EXPECT_TRUE(Eventually([&] { return answered.load(); }));
}

TEST_F(RedisClientErrorsTest, TooManyClientsAreWaitedFor) {
  auto first = Start();
  ASSERT_OK(Ask(first.get(), {"PING"}));
  server_.Command({"CONFIG", "SET", "maxclients", "1"});
  RedisOptions options = Options();
  options.address.password = kPassword;
  server_.Command({"CONFIG", "SET", "requirepass", kPassword});
  auto second = RedisClient::Start(options, nullptr);
  EXPECT_THAT(AskWithin(second.get(), absl::Milliseconds(200), {"PING"}),
              StatusIs(absl::StatusCode::kUnavailable));
  server_.Command({"CONFIG", "SET", "maxclients", "100"});
  EXPECT_OK(Ask(second.get(), {"PING"}));
}

TEST_F(RedisClientErrorsTest, TooFewReplicasAreWaitedFor) {
  server_.Command({"CONFIG", "SET", "min-replicas-to-write", "1"});
  auto client = Start();
  EXPECT_THAT(
      AskWithin(client.get(), absl::Milliseconds(100), {"SET", "a", "1"}),
      StatusIs(absl::StatusCode::kUnavailable));
  std::atomic<bool> answered{false};
  client->Send({"SET", "a", "1"}, [&](absl::StatusOr<Reply> reply) {
    EXPECT_OK(reply);
    answered = true;
  });
  EXPECT_OK(Ask(client.get(), {"PING"}));
  EXPECT_FALSE(answered);
  server_.Command({"CONFIG", "SET", "min-replicas-to-write", "0"});
  EXPECT_TRUE(Eventually([&] { return answered.load(); }));
}

TEST_F(RedisClientErrorsTest, LogsInAndSelectsItsDatabase) {
  server_.Command({"CONFIG", "SET", "requirepass", kPassword});
  RedisOptions options = Options();
  options.address.password = kPassword;
  options.address.database = 3;
  auto client = Start(options);
  ASSERT_OK(Ask(client.get(), {"SET", "key", "in 3"}));
  options.address.database = 0;
  auto other = Start(options);
  EXPECT_TRUE(Ask(other.get(), {"GET", "key"})->view().IsNil());
  ASSERT_OK(Ask(other.get(), {"SELECT", "3"}));
  EXPECT_EQ(TextOf(Ask(other.get(), {"GET", "key"})), "in 3");
}

TEST_F(RedisClientErrorsTest, LogsInAsANamedUser) {
  server_.Command({"ACL", "SETUSER", "ann", "on", std::string(">") + kPassword,
                   "~*", "+@all"});
  RedisOptions options = Options();
  options.address.user = "ann";
  options.address.password = kPassword;
  auto client = Start(options);
  EXPECT_EQ(TextOf(Ask(client.get(), {"ACL", "WHOAMI"})), "ann");
}

TEST_F(RedisClientErrorsTest, AWrongPasswordIsToldAtOnce) {
  server_.Command({"CONFIG", "SET", "requirepass", kPassword});
  RedisOptions options = Options();
  options.address.password = "battery staple";
  options.command_timeout = absl::Hours(1);
  auto client = Start(options);
  const auto reply = Ask(client.get(), {"PING"});
  EXPECT_THAT(reply, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(reply.status().ToString(), Not(HasSubstr("battery")));
}

TEST_F(RedisClientErrorsTest, AMissingPasswordIsToldAtOnce) {
  server_.Command({"CONFIG", "SET", "requirepass", kPassword});
  RedisOptions options = Options();
  options.command_timeout = absl::Hours(1);
  auto client = Start(options);
  EXPECT_THAT(Ask(client.get(), {"PING"}),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(RedisClientErrorsTest, AMissingDatabaseIsToldAtOnce) {
  RedisOptions options = Options();
  options.address.database = 99;
  options.command_timeout = absl::Hours(1);
  auto client = Start(options);
  EXPECT_THAT(Ask(client.get(), {"PING"}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(RedisErrorTest, OnlyTheWholeFirstWordCounts) {
  EXPECT_EQ(KindOfRedisError("BUSY Redis is busy"), RedisErrorKind::kPassing);
  EXPECT_EQ(KindOfRedisError("BUSYGROUP name exists"), RedisErrorKind::kOther);
  EXPECT_EQ(KindOfRedisError("MISCONF Errors writing to the AOF file"),
            RedisErrorKind::kPassing);
  EXPECT_EQ(KindOfRedisError("OOM"), RedisErrorKind::kFull);
  EXPECT_EQ(KindOfRedisError(""), RedisErrorKind::kOther);
}

TEST(RedisErrorTest, ArgumentsThatRedisRepeatsAreNotLogged) {
  EXPECT_THAT(
      LoggableRedisError(
          "ERR unknown command 'X', with args beginning with: 'secret'"),
      Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace agent::testing
