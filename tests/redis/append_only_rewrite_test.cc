// That Redis is made to write its append-only file anew: once, and over what
// stands in the way.
#include "lib/redis/append_only_rewrite.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/redis/redis_client_fixture.h"

namespace agent::testing {
namespace {

class AppendOnlyRewriteTest : public RedisClientTest {
 protected:
  AppendOnlyRewriteTest() {
    server_.options().append_only = true;
    server_.Restart();
  }
  bool Persistence(const std::string& line) {
    const Reply info = server_.Command({"INFO", "persistence"});
    return info.view().Text().find("\r\n" + line + "\r\n") !=
           std::string_view::npos;
  }
  // Nothing that was sent before this is still under way.
  void AwaitDone(RedisClient* client) {
    for (int i = 0; i < 4; ++i) ASSERT_OK(Ask(client, {"PING"}));
  }
};

TEST_F(AppendOnlyRewriteTest, IsAskedForOnceInARedissLife) {
  auto client = Start();
  RewriteAppendOnlyFile(client.get());
  EXPECT_TRUE(Eventually([&] { return Persistence("aof_rewrites:1"); }));
  EXPECT_TRUE(
      Eventually([&] { return Persistence("aof_rewrite_in_progress:0"); }));
  RewriteAppendOnlyFile(client.get());
  AwaitDone(client.get());
  EXPECT_TRUE(Persistence("aof_rewrites:1"));
}

TEST_F(AppendOnlyRewriteTest, IsAskedForAgainWhenTheConnectionBreaks) {
  auto client = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  server_.Pause();
  RewriteAppendOnlyFile(client.get());
  // It is written, and will not be answered.
  EXPECT_THAT(AskWithin(client.get(), absl::Milliseconds(50), {"PING"}),
              StatusIs(absl::StatusCode::kUnavailable));
  server_.Restart();
  EXPECT_TRUE(Eventually([&] { return Persistence("aof_rewrites:1"); }));
}

TEST_F(AppendOnlyRewriteTest, WaitsForARedisThatIsBusy) {
  server_.Command({"CONFIG", "SET", "busy-reply-threshold", "1"});
  auto client = Start();
  auto other = Start();
  ASSERT_OK(Ask(client.get(), {"PING"}));
  ASSERT_OK(Ask(other.get(), {"PING"}));
  other->Send({"EVAL", "while true do end", "0"},
              [](const absl::StatusOr<Reply>&) {});
  ASSERT_TRUE(
      Eventually([&] { return server_.Command({"PING"}).view().IsError(); }));
  RewriteAppendOnlyFile(client.get());
  EXPECT_THAT(AskWithin(client.get(), absl::Milliseconds(50), {"PING"}),
              StatusIs(absl::StatusCode::kUnavailable));
  server_.Command({"SCRIPT", "KILL"});
  EXPECT_TRUE(Eventually([&] { return Persistence("aof_rewrites:1"); }));
}

TEST_F(AppendOnlyRewriteTest, ARefusalIsFinalAndHarmsNothing) {
  server_.Command({"ACL", "SETUSER", "default", "-bgrewriteaof"});
  auto client = Start();
  RewriteAppendOnlyFile(client.get());
  AwaitDone(client.get());
  EXPECT_TRUE(Persistence("aof_rewrites:0"));
  const Reply list = server_.Command({"ACL", "LOG"});
  EXPECT_EQ(list.view().size(), 1u);  // was tried, and not again and again
}

}  // namespace
}  // namespace agent::testing
