#include "lib/redis/redis_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/redis/redis_client_fixture.h"

namespace agent::testing {
namespace {

TEST_F(RedisClientTest, AnswersACommand) {
  auto client = Start();
  EXPECT_EQ(TextOf(Ask(client.get(), {"SET", "key", "value"})), "OK");
  EXPECT_EQ(TextOf(Ask(client.get(), {"GET", "key"})), "value");
}

TEST_F(RedisClientTest, CarriesEveryByteOfArgumentsAndReplies) {
  auto client = Start();
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  const std::string key = every_byte + "\r\n$3\r\nfoo\r\n";
  ASSERT_OK(Ask(client.get(), {"SET", key, every_byte}));
  EXPECT_EQ(TextOf(Ask(client.get(), {"GET", key})), every_byte);
}

TEST_F(RedisClientTest, CarriesLargeValuesAndEmptyOnes) {
  auto client = Start();
  const std::string large(1 << 20, 'x');
  std::vector<RedisCommand> commands;
  for (int i = 0; i < 20; ++i) {
    ASSERT_OK(Ask(client.get(), {"SET", "k" + std::to_string(i), large}));
  }
  EXPECT_EQ(TextOf(Ask(client.get(), {"GET", "k19"})), large);
  ASSERT_OK(Ask(client.get(), {"SET", "", ""}));
  const auto empty = Ask(client.get(), {"GET", ""});
  ASSERT_OK(empty);
  EXPECT_TRUE(empty->view().IsText());
}

TEST_F(RedisClientTest, CarriesRepliesOfEveryShape) {
  auto client = Start();
  const std::string large(100'000, 'x');
  const auto reply =
      Ask(client.get(),
          {"EVAL",
           "local many = {} for i = 1, 5000 do many[i] = {'n', i} end "
           "return {1, false, '', {}, {{'deep', {7}}}, many, ARGV[1], "
           "{ok = 'fine'}}",
           "0", large});
  ASSERT_OK(reply);
  ASSERT_EQ(reply->view().size(), 8u);
  EXPECT_EQ((*reply)[0].Integer(), 1);
  EXPECT_TRUE((*reply)[1].IsNil());
  EXPECT_FALSE((*reply)[1].IsText());
  EXPECT_TRUE((*reply)[2].IsText());
  EXPECT_TRUE((*reply)[3].IsArray());
  EXPECT_EQ((*reply)[3].size(), 0u);
  EXPECT_EQ((*reply)[4][0][0].Text(), "deep");
  EXPECT_EQ((*reply)[4][0][1][0].Integer(), 7);
  ASSERT_EQ((*reply)[5].size(), 5000u);
  EXPECT_EQ((*reply)[5][4999][1].Integer(), 5000);
  EXPECT_EQ((*reply)[6].Text(), large);
  EXPECT_EQ((*reply)[7].Text(), "fine");
  // Each reply is its own.
  const auto missing = Ask(client.get(), {"GET", "missing"});
  ASSERT_OK(missing);
  EXPECT_TRUE(missing->view().IsNil());
  EXPECT_EQ((*reply)[6].Text(), large);
}

TEST_F(RedisClientTest, AnswersInTheOrderOfSending) {
  auto client = Start();
  constexpr int kCount = 20000;
  std::vector<int64_t> answers;
  std::atomic<int> answered{0};
  for (int i = 0; i < kCount; ++i) {
    client->Send({"INCR", "counter"}, [&](absl::StatusOr<Reply> reply) {
      answers.push_back(reply.ok() ? reply->view().Integer() : -1);
      ++answered;
    });
  }
  ASSERT_TRUE(Eventually([&] { return answered == kCount; }));
  for (int i = 0; i < kCount; ++i) ASSERT_EQ(answers[i], i + 1);
}

TEST_F(RedisClientTest, PipelinesForManyThreads) {
  auto client = Start();
  constexpr int kThreads = 8;
  constexpr int kEach = 5000;
  std::atomic<int> wrong{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string text = std::to_string(t * kEach + i);
        client->Send({"ECHO", text}, [&, text](absl::StatusOr<Reply> reply) {
          if (TextOf(reply) != text) ++wrong;
          ++answered;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(Eventually([&] { return answered == kThreads * kEach; }));
  EXPECT_EQ(wrong, 0);
}

TEST_F(RedisClientTest, SendsFromItsOwnCallbacks) {
  auto client = Start();
  std::atomic<bool> done{false};
  client->Send({"SET", "a", "1"}, [&](absl::StatusOr<Reply>) {
    client->Send({"GET", "a"}, [&](absl::StatusOr<Reply> reply) {
      EXPECT_EQ(TextOf(reply), "1");
      done = true;
    });
  });
  EXPECT_TRUE(Eventually([&] { return done.load(); }));
}

TEST_F(RedisClientTest, WritesFromItsOwnCallbacksAtOnceIfItIsTold) {
  RedisOptions options = Options();
  options.write_at_once = true;
  auto client = RedisClient::Start(options, nullptr);
  bool arrived = false;
  const auto second = Await<Reply>([&](Callback<Reply> done) {
    client->Send({"PING"}, [&, done = std::move(done)](
                               const absl::StatusOr<Reply>&) mutable {
      client->Send({"INCR", "count"}, std::move(done));
      arrived = Eventually([&] {
        return server_.Command({"GET", "count"}).view().Text() == "1";
      });
    });
  });
  ASSERT_OK(second);
  EXPECT_TRUE(arrived);
  EXPECT_EQ(second->view().Integer(), 1);
  EXPECT_EQ(TextOf(Ask(client.get(), {"GET", "count"})), "1");
}

TEST_F(RedisClientTest, GivesItsConnectionAName) {
  RedisOptions options = Options();
  options.client_name = "agent-test-name";
  auto client = Start(options);
  EXPECT_EQ(TextOf(Ask(client.get(), {"CLIENT", "GETNAME"})),
            "agent-test-name");
}

TEST_F(RedisClientTest, AnswersWhatIsPendingWhenDestroyed) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  std::atomic<int> unavailable{0};
  for (int i = 0; i < 3; ++i) {
    client->Send({"BLPOP", "nothing", "0"}, [&](absl::StatusOr<Reply> reply) {
      if (absl::IsUnavailable(reply.status())) ++unavailable;
    });
  }
  client.reset();
  EXPECT_EQ(unavailable, 3);
}

TEST_F(RedisClientTest, ASendFromACallbackOfTheDestructionIsAnsweredToo) {
  auto client = Start();
  RedisClient* raw = client.get();
  std::atomic<int> unavailable{0};
  client->Send({"BLPOP", "nothing", "0"}, [&, raw](absl::StatusOr<Reply>) {
    raw->Send({"PING"}, [&](absl::StatusOr<Reply> reply) {
      if (absl::IsUnavailable(reply.status())) ++unavailable;
    });
  });
  client.reset();
  EXPECT_EQ(unavailable, 1);
}

TEST_F(RedisClientTest, EndsAtOnceWhileConnectingToASilentServer) {
  server_.Pause();
  RedisOptions options = Options();
  options.connect_timeout = absl::Hours(1);
  auto client = Start(options);
  std::atomic<bool> answered{false};
  client->Send({"PING"}, [&](absl::StatusOr<Reply>) { answered = true; });
  client.reset();
  EXPECT_TRUE(answered);
}

TEST_F(RedisClientTest, RunsAScriptThatRedisDoesNotKnowYet) {
  auto client = Start();
  const LuaScript script("join", "return KEYS[1] .. ARGV[1] .. ARGV[2]");
  EXPECT_EQ(TextOf(RunScript(client.get(), script, {"k"}, {"a", "b"})), "kab");
  EXPECT_EQ(TextOf(RunScript(client.get(), script, {"k"}, {"c", "d"})), "kcd");
}

TEST_F(RedisClientTest, RunsAScriptAgainAfterRedisForgotIt) {
  auto client = Start();
  const LuaScript script("echo", "return ARGV[1]");
  ASSERT_OK(RunScript(client.get(), script, {}, {"x"}));
  server_.Command({"SCRIPT", "FLUSH"});
  constexpr int kCount = 2000;
  std::atomic<int> right{0};
  std::atomic<int> answered{0};
  for (int i = 0; i < kCount; ++i) {
    const std::string text = std::to_string(i);
    client->Run(script, {}, {text}, [&, text](absl::StatusOr<Reply> reply) {
      if (TextOf(reply) == text) ++right;
      ++answered;
    });
    if (i % 500 == 0) server_.Command({"SCRIPT", "FLUSH"});
  }
  ASSERT_TRUE(Eventually([&] { return answered == kCount; }));
  EXPECT_EQ(right, kCount);
}

TEST_F(RedisClientTest, RunsAScriptThatRedisForgetsAgainAndAgain) {
  RedisOptions options = Options();
  options.command_timeout = absl::Seconds(2);
  auto client = Start(options);
  auto other = Start();
  const LuaScript echo("echo", "return ARGV[1]");
  std::atomic<int> flushes{0};
  for (int i = 0; i < 20000; ++i) {
    other->Send({"SCRIPT", "FLUSH", "SYNC"},
                [&flushes](const absl::StatusOr<Reply>&) { ++flushes; });
  }
  const std::string arg("\r\n$4\r\nno end\0", 14);
  while (flushes < 20000) {
    EXPECT_EQ(TextOf(RunScript(client.get(), echo, {}, {arg})), arg);
  }
}

TEST_F(RedisClientTest, AScriptThatDoesNotCompileIsAnInternalError) {
  auto client = Start();
  const LuaScript script("broken", "this is not Lua");
  EXPECT_THAT(RunScript(client.get(), script, {}, {}),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_OK(Ask(client.get(), {"PING"}));
}

TEST(LuaScriptTest, IsNamedByRedisSha1) {
  EXPECT_EQ(LuaScript("one", "return 1").digest(),
            "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
}

}  // namespace
}  // namespace agent::testing
