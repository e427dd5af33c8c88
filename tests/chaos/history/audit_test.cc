// The audit against a real Redis.
#include "tests/chaos/history/audit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/testing/redis_server.h"

namespace agent::chaos {
namespace {

class AuditTest : public ::testing::Test {
 protected:
  absl::StatusOr<RedisAudit> Audit() {
    return AuditRedis([this](const std::vector<std::string>& words) {
      return absl::StatusOr<Reply>(redis_.Command(words));
    });
  }

  testing::RedisServer redis_;
};

TEST_F(AuditTest, SeesKeysTheirExpiryAndTheLogs) {
  redis_.Command({"XADD", "agent-stream:c", "1000-1001", "text", "", "sequence",
                  "0", "timestamp", "1000", "run", "r", "attempt", "1", "kind",
                  "attempt", "discard_after", ""});
  redis_.Command({"XADD", "agent-stream:c", "1001-2001", "text", "hello",
                  "sequence", "1", "timestamp", "1001", "run", "r", "attempt",
                  "1"});
  redis_.Command({"PEXPIRE", "agent-stream:c", "60000"});
  redis_.Command({"HSET", "{agent-stream:c}:m", "v", "1"});
  redis_.Command({"ZADD", "agent-due:steady", "5", "c"});
  const auto audit = Audit();
  ASSERT_TRUE(audit.ok()) << audit.status();
  EXPECT_TRUE(audit->taken);
  ASSERT_EQ(audit->keys.size(), 3u);
  const auto expiry = [&](const std::string& name) {
    const auto key =
        std::find_if(audit->keys.begin(), audit->keys.end(),
                     [&](const RedisKey& one) { return one.name == name; });
    return key == audit->keys.end() ? -99 : key->ttl_ms;
  };
  EXPECT_GT(expiry("agent-stream:c"), 0);
  EXPECT_EQ(expiry("{agent-stream:c}:m"), -1);
  EXPECT_EQ(audit->due, std::vector<std::string>{"c"});
  const auto& log = audit->logs.at("c");
  ASSERT_EQ(log.size(), 2u);
  EXPECT_TRUE(log[0].IsAttemptStarted());
  EXPECT_EQ(std::get<TextPiece>(log[1].content).text, "hello");
  EXPECT_EQ(log[1].id.number(), 2);
}

TEST_F(AuditTest, SeesMoreKeysThanAPageOfScan) {
  for (int i = 0; i < 1500; ++i) {
    redis_.Command({"SET", "key" + std::to_string(i), "x"});
  }
  const auto audit = Audit();
  ASSERT_TRUE(audit.ok()) << audit.status();
  EXPECT_EQ(audit->keys.size(), 1500u);
}

TEST(AuditErrorTest, TellsWhyItCouldNotLook) {
  const auto audit = AuditRedis([](const std::vector<std::string>&) {
    return absl::StatusOr<Reply>(absl::UnavailableError("no answer"));
  });
  EXPECT_EQ(audit.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace agent::chaos
