#include "tests/chaos/cluster/chaos_redis.h"

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/testing/eventually.h"

namespace agent::chaos {
namespace {

using ::agent::testing::Eventually;

class ChaosRedisTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string dir = "/tmp/agent-chaos-redis-XXXXXX";
    ASSERT_NE(mkdtemp(dir.data()), nullptr);
    dir_ = dir;
    auto redis = ChaosRedis::Start(dir_, "everysec");
    ASSERT_TRUE(redis.ok()) << redis.status();
    redis_ = *std::move(redis);
  }
  void TearDown() override {
    redis_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }

  // What was the last to be written, if all before it is there too.
  int64_t Run(const std::string& script) {
    const auto reply = redis_->Command({"EVAL", script, "0"});
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? reply->view().Integer() : -1;
  }
  int64_t Write() {
    return Run(
        "redis.call('INCR', 'a') redis.call('RPUSH', 'log', "
        "redis.call('INCR', 'n')) return redis.call('GET', 'n')");
  }
  int64_t Written() { return Run("return redis.call('LLEN', 'log')"); }
  // Writes until it is `until`, and says how much.
  int64_t WriteUntil(absl::Time until) {
    int64_t last = 0;
    while (absl::Now() < until) last = Write();
    return last;
  }
  // What the service asks for after each restart.
  void Rewrite() {
    ASSERT_TRUE(redis_->Command({"BGREWRITEAOF"}).ok());
    ASSERT_TRUE(Eventually([&] {
      const auto info = redis_->Command({"INFO", "persistence"});
      return info.ok() &&
             info->view().Text().find("aof_rewrite_in_progress:0") !=
                 std::string_view::npos;
    }));
  }

  std::string dir_;
  std::unique_ptr<ChaosRedis> redis_;
};

TEST_F(ChaosRedisTest, AKillLosesNothingButDuringAnFsync) {
  for (int round = 0; round < 20; ++round) {
    const int64_t last = WriteUntil(absl::Now() + absl::Milliseconds(100));
    const RedisEnd end = redis_->Kill();
    ASSERT_TRUE(redis_->Restart().ok());
    if (end.kept_until.has_value()) continue;
    EXPECT_EQ(Written(), last);
    return;
  }
  FAIL() << "fsync is always under way";
}

TEST_F(ChaosRedisTest, APowerLossTakesSomeOfTheLastSecondOnly) {
  std::mt19937_64 random(11);
  int64_t taken = 0;
  for (int round = 0; round < 5; ++round) {
    const int64_t old = WriteUntil(absl::Now() + absl::Milliseconds(100));
    const absl::Time after_old = absl::Now();
    const int64_t last =
        WriteUntil(after_old + absl::Seconds(1) + absl::Milliseconds(200));
    const auto end = redis_->LosePower(&random);
    ASSERT_TRUE(end.ok()) << end.status();
    ASSERT_TRUE(end->kept_until.has_value());
    EXPECT_GT(*end->kept_until, after_old);
    EXPECT_LE(*end->kept_until, absl::Now());
    ASSERT_TRUE(redis_->Restart().ok());
    EXPECT_GE(Written(), old) << end->detail;
    EXPECT_LE(Written(), last) << end->detail;
    taken += last - Written();
    Run("redis.call('SET', 'n', redis.call('LLEN', 'log')) return 0");
    Rewrite();
  }
  EXPECT_GT(taken, 0);
}

TEST_F(ChaosRedisTest, AKillBeforeTheRewriteMayTakeMore) {
  std::mt19937_64 random(11);
  Write();
  const auto torn = redis_->LosePower(&random);
  ASSERT_TRUE(torn.ok()) << torn.status();
  ASSERT_TRUE(redis_->Restart().ok());
  EXPECT_EQ(redis_->Kill().kept_until, torn->kept_until);
  ASSERT_TRUE(redis_->Restart().ok());
  Rewrite();
  EXPECT_FALSE(redis_->Kill().kept_until.has_value());
}

}  // namespace
}  // namespace agent::chaos
