// The fixture's own promises: the tests above lean on them.
#include "tests/testing/redis_server.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/testing/eventually.h"

namespace agent::testing {
namespace {

TEST(RedisServerTest, AnswersAndLeavesNothingBehind) {
  std::string dir;
  {
    RedisServer server;
    dir = server.dir();
    EXPECT_EQ(server.Command({"PING"}).view().Text(), "PONG");
    EXPECT_TRUE(std::filesystem::exists(server.socket_path()));
  }
  EXPECT_FALSE(std::filesystem::exists(dir));
}

TEST(RedisServerTest, KeepsWhatWasWrittenWhenAppendOnlyAndKilled) {
  RedisServer server({.append_only = true, .config = {}});
  server.Command({"SET", "key", "value"});
  server.Kill();
  server.Restart();
  EXPECT_EQ(server.Command({"GET", "key"}).view().Text(), "value");
}

TEST(RedisServerTest, ForgetsWhatWasWrittenWithoutAppendOnly) {
  RedisServer server;
  server.Command({"SET", "key", "value"});
  server.Stop();
  server.Restart();
  EXPECT_TRUE(server.Command({"GET", "key"}).view().IsNil());
}

TEST(RedisServerTest, DoesNotAnswerWhilePaused) {
  RedisServer server;
  server.Pause();
  EXPECT_EQ(PingUnixSocket(server.socket_path(), absl::Milliseconds(50)),
            RedisAnswer::kNone);
  server.Resume();
  EXPECT_TRUE(Eventually([&] {
    return PingUnixSocket(server.socket_path(), absl::Seconds(1)) ==
           RedisAnswer::kPong;
  }));
}

}  // namespace
}  // namespace agent::testing
