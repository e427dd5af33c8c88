// What readiness learns of a Redis that answers and is of no use all the same.
#include "lib/redis/store_health.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "tests/redis/redis_client_fixture.h"

namespace agent::testing {
namespace {

class StoreHealthTest : public RedisClientTest {
 protected:
  bool Becomes(absl::StatusCode code) {
    return Eventually([&] { return health_->Ask().code() == code; });
  }
  // The store has got its name, and is known by it.
  void AwaitNamed() {
    ASSERT_TRUE(Eventually([&] {
      EXPECT_OK(health_->Ask());
      return server_.Command({"EXISTS", "agent-store"}).view().Integer() == 1;
    }));
    ASSERT_OK(Ask(client_.get(), {"PING"}));
  }

  std::atomic<int> changes_{0};
  std::unique_ptr<RedisClient> client_ = Start();
  std::shared_ptr<StoreHealth> health_ =
      std::make_shared<StoreHealth>(client_.get(), [this] { ++changes_; });
};

TEST_F(StoreHealthTest, ARedisThatCameToEvictIsOfNoUse) {
  AwaitNamed();
  server_.Command({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  EXPECT_TRUE(Becomes(absl::StatusCode::kFailedPrecondition));
  server_.Command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  EXPECT_TRUE(Becomes(absl::StatusCode::kOk));
  EXPECT_EQ(changes_, 0);
}

TEST_F(StoreHealthTest, ARedisThatBecameAReplicaIsOfNoUse) {
  AwaitNamed();
  server_.Command({"REPLICAOF", "127.0.0.1", "1"});
  EXPECT_TRUE(Becomes(absl::StatusCode::kFailedPrecondition));
  server_.Command({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(Becomes(absl::StatusCode::kOk));
}

TEST_F(StoreHealthTest, ARedisThatDoesNotAnswerIsOfNoUse) {
  AwaitNamed();
  server_.Pause();
  EXPECT_TRUE(Becomes(absl::StatusCode::kUnavailable));
  server_.Resume();
  EXPECT_TRUE(Becomes(absl::StatusCode::kOk));
  EXPECT_EQ(changes_, 0);
}

TEST_F(StoreHealthTest, AStoreThatWasEmptiedIsToldOnceAndThenUsed) {
  AwaitNamed();
  server_.Command({"FLUSHALL"});
  EXPECT_TRUE(Becomes(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(Becomes(absl::StatusCode::kOk));
  EXPECT_EQ(changes_, 1);
}

TEST_F(StoreHealthTest, AnotherDatabaseIsTold) {
  AwaitNamed();
  server_.Command({"SWAPDB", "0", "1"});
  EXPECT_TRUE(Becomes(absl::StatusCode::kUnavailable));
  server_.Command({"SWAPDB", "0", "1"});
  EXPECT_TRUE(Eventually([&] {
    health_->Ask().IgnoreError();
    return changes_ == 2;
  }));
  EXPECT_TRUE(Becomes(absl::StatusCode::kOk));
}

TEST_F(StoreHealthTest, AFullStoreIsStillReadFrom) {
  AwaitNamed();
  server_.Command({"CONFIG", "SET", "maxmemory", "1"});
  for (int i = 0; i < 3; ++i) {
    EXPECT_OK(health_->Ask());
    ASSERT_OK(Ask(client_.get(), {"PING"}));
  }
}

TEST_F(StoreHealthTest, AllWhoUseAStoreKnowItByOneName) {
  AwaitNamed();
  auto other =
      std::make_shared<StoreHealth>(client_.get(), [this] { ++changes_; });
  for (int i = 0; i < 3; ++i) {
    EXPECT_OK(other->Ask());
    ASSERT_OK(Ask(client_.get(), {"PING"}));
  }
  EXPECT_EQ(changes_, 0);
}

}  // namespace
}  // namespace agent::testing
