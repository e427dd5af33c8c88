// Built where hiredis has no TLS (below 1.0).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/redis/redis_options.h"
#include "tests/redis/redis_client_fixture.h"

namespace agent::testing {
namespace {

using ::testing::HasSubstr;

TEST(RedisTlsTest, IsRefusedWithOneClearLine) {
  for (const char* text : {"rediss://localhost", "localhost,ssl=true"}) {
    const auto address = ParseRedisAddress(text);
    ASSERT_OK(address);
    const absl::Status status = CheckRedisAddressSupported(*address);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(status.ToString(), HasSubstr("hiredis 1.0"));
  }
  EXPECT_OK(CheckRedisAddressSupported(*ParseRedisAddress("redis://h")));
}

TEST(RedisTlsTest, ACommandIsToldAtOnce) {
  RedisOptions options;
  options.address = *ParseRedisAddress("rediss://localhost");
  options.command_timeout = absl::Hours(1);
  const auto client = RedisClient::Start(options, nullptr);
  EXPECT_THAT(Ask(client.get(), {"PING"}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace agent::testing
