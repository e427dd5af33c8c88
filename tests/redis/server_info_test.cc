// What INFO of a Redis that this machine does not have would be judged as.
#include "lib/redis/server_info.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

constexpr char kRest[] =
    "\r\ncluster_enabled:0\r\nmaxmemory_policy:noeviction\r\nrole:master\r\n";

TEST(ServerInfoTest, AVersionBelow7IsRefused) {
  for (const char* version : {"6.2.14", "2.8.0", ""}) {
    const ServerInfo info(std::string("redis_version:") + version + kRest);
    EXPECT_THAT(CheckUsable(info),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
}

TEST(ServerInfoTest, Redis7AndLaterAndValkeyAreTaken) {
  for (const char* version : {"7.0.0", "7.2.4", "10.1.0"}) {
    const ServerInfo info("# Server\r\nredis_version:" + std::string(version) +
                          kRest);
    EXPECT_OK(CheckUsable(info));
  }
}

TEST(ServerInfoTest, TheAppendOnlyFileIsRewrittenOnce) {
  EXPECT_TRUE(NeedsRewrite(ServerInfo("aof_enabled:1\r\naof_rewrites:0\r\n")));
  EXPECT_FALSE(NeedsRewrite(ServerInfo("aof_enabled:0\r\naof_rewrites:0\r\n")));
  EXPECT_FALSE(NeedsRewrite(ServerInfo("aof_enabled:1\r\naof_rewrites:1\r\n")));
  EXPECT_FALSE(NeedsRewrite(
      ServerInfo("aof_enabled:1\r\naof_rewrite_in_progress:1\r\n")));
}

}  // namespace
}  // namespace agent::testing
