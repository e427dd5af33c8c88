#include "lib/redis/embedded_redis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lib/redis/redis_client.h"
#include "tests/redis/redis_client_fixture.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

using ::testing::HasSubstr;

class EmbeddedRedisTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/agent-embedded-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    root_ = path;
    dir_ = root_ + "/data";
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  static absl::StatusOr<Reply> Do(const RedisAddress& address,
                                  RedisCommand command) {
    RedisOptions options;
    options.address = address;
    const auto client = RedisClient::Start(options, nullptr);
    return Ask(client.get(), std::move(command));
  }
  static std::string Config(const RedisAddress& address, const char* name) {
    const auto reply = Do(address, {"CONFIG", "GET", name});
    return reply.ok() ? std::string((*reply)[1].Text()) : "";
  }

  std::string root_;
  std::string dir_;
};

TEST_F(EmbeddedRedisTest, KeepsItsDataOverAStop) {
  auto redis = EmbeddedRedis::Start(dir_);
  ASSERT_OK(redis);
  ASSERT_OK(Do((*redis)->address(), {"SET", "key", "value"}));
  redis->reset();
  redis = EmbeddedRedis::Start(dir_);
  ASSERT_OK(redis);
  EXPECT_EQ(TextOf(Do((*redis)->address(), {"GET", "key"})), "value");
}

TEST_F(EmbeddedRedisTest, IsPrivateAppendOnlyAndNeverEvicts) {
  const auto redis = EmbeddedRedis::Start(dir_);
  ASSERT_OK(redis);
  const RedisAddress& address = (*redis)->address();
  EXPECT_EQ(Config(address, "appendonly"), "yes");
  EXPECT_EQ(Config(address, "appendfsync"), "everysec");
  EXPECT_EQ(Config(address, "maxmemory-policy"), "noeviction");
  EXPECT_EQ(Config(address, "save"), "");
  EXPECT_EQ(Config(address, "port"), "0");
  struct stat info = {};
  ASSERT_EQ(stat(dir_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700);
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/redis.log"));
}

TEST_F(EmbeddedRedisTest, ASecondOneInTheSameDirectoryIsRefused) {
  const auto redis = EmbeddedRedis::Start(dir_);
  ASSERT_OK(redis);
  const auto second = EmbeddedRedis::Start(dir_ + "/../data");
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use"));
  EXPECT_OK(Do((*redis)->address(), {"PING"}));
}

// However the owner dies: its server ends in order, and only then is the
// directory free again.
TEST_F(EmbeddedRedisTest, EndsWithAnOwnerThatWasKilledAndLosesNothing) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t owner = fork();
  if (owner == 0) {
    const auto redis = EmbeddedRedis::Start(dir_);
    const char ok = redis.ok() ? 'y' : 'n';
    if (write(ready[1], &ok, 1) != 1) _exit(1);
    while (true) pause();
  }
  char ok = 0;
  ASSERT_EQ(read(ready[0], &ok, 1), 1);
  ASSERT_EQ(ok, 'y');
  RedisAddress address;
  address.unix_path = dir_ + "/redis.sock";
  EXPECT_OK(Do(address, {"SET", "key", "value"}));
  EXPECT_THAT(EmbeddedRedis::Start(dir_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  kill(owner, SIGKILL);
  ASSERT_EQ(waitpid(owner, nullptr, 0), owner);
  const auto redis = EmbeddedRedis::Start(dir_);
  ASSERT_OK(redis);
  EXPECT_EQ(TextOf(Do((*redis)->address(), {"GET", "key"})), "value");
  close(ready[0]);
  close(ready[1]);
}

TEST_F(EmbeddedRedisTest, APathTooLongForASocketIsNoObstacle) {
  const std::string deep = dir_ + "/" + std::string(100, 'x');
  std::string socket;
  {
    const auto redis = EmbeddedRedis::Start(deep);
    ASSERT_OK(redis);
    socket = (*redis)->address().unix_path;
    EXPECT_OK(Do((*redis)->address(), {"PING"}));
  }
  EXPECT_FALSE(
      std::filesystem::exists(std::filesystem::path(socket).parent_path()));
}

TEST_F(EmbeddedRedisTest, SaysWhyADirectoryCannotBeUsed) {
  std::ofstream(root_ + "/file") << "x";
  const auto redis = EmbeddedRedis::Start(root_ + "/file");
  EXPECT_THAT(redis, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(redis.status().ToString(), HasSubstr(root_ + "/file"));
}

TEST_F(EmbeddedRedisTest, SaysWhyTheServerDidNotStart) {
  ASSERT_OK(EmbeddedRedis::Start(dir_));
  for (const auto& file :
       std::filesystem::directory_iterator(dir_ + "/appendonlydir")) {
    std::ofstream(file.path(), std::ios::trunc) << "no such format\n";
  }
  const auto redis = EmbeddedRedis::Start(dir_);
  EXPECT_THAT(redis, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(redis.status().ToString(), HasSubstr("ended at once"));
}

TEST_F(EmbeddedRedisTest, SaysThatRedisServerIsNotInstalled) {
  const char* path = std::getenv("PATH");
  const std::string saved = path == nullptr ? "" : path;
  setenv("PATH", root_.c_str(), 1);
  const auto redis = EmbeddedRedis::Start(dir_);
  setenv("PATH", saved.c_str(), 1);
  EXPECT_THAT(redis, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(redis.status().ToString(), HasSubstr("not installed"));
}

}  // namespace
}  // namespace agent::testing
