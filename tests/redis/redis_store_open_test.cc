// RedisStore::Open: what it refuses, and what it does when Redis restarts.
#include <atomic>

#include "lib/redis/redis_store.h"
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using ::testing::HasSubstr;

RedisOptions OptionsOf(const RedisServer& server) {
  RedisOptions options;
  options.address = server.address();
  options.command_timeout = absl::Seconds(20);
  return options;
}

absl::Status OpenStatus(const RedisServer& server) {
  return RedisStore::Open(OptionsOf(server), RunLimits()).status();
}

void ExpectRefused(const absl::Status& status, const std::string& why) {
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()), HasSubstr(why));
  EXPECT_EQ(status.message().find('\n'), absl::string_view::npos);
}

TEST(RedisStoreOpenTest, RefusesARedisThatEvicts) {
  RedisServer server(
      {.append_only = false, .config = {"maxmemory-policy allkeys-lru"}});
  ExpectRefused(OpenStatus(server), "maxmemory-policy is allkeys-lru");
}

TEST(RedisStoreOpenTest, RefusesACluster) {
  RedisServer server({.append_only = false, .config = {"cluster-enabled yes"}});
  ExpectRefused(OpenStatus(server), "cluster");
}

TEST(RedisStoreOpenTest, RefusesAReadOnlyReplica) {
  RedisServer server(
      {.append_only = false, .config = {"replicaof 127.0.0.1 1"}});
  ExpectRefused(OpenStatus(server), "read-only replica");
}

TEST(RedisStoreOpenTest, RefusesAUserThatMayNotWrite) {
  RedisServer server;
  server.Command({"ACL", "SETUSER", "default", "-@all", "+@read", "+info",
                  "+@connection", "+@scripting", "+@pubsub"});
  ExpectRefused(OpenStatus(server), "not allowed to write");
}

TEST(RedisStoreOpenTest, TellsAWrongPassword) {
  RedisServer server;
  RedisOptions options = OptionsOf(server);
  options.address.user = "somebody";
  options.address.password = "wrong";
  const auto store = RedisStore::Open(options, RunLimits());
  EXPECT_THAT(store, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(std::string(store.status().message()),
              ::testing::Not(HasSubstr(options.address.password)));
}

TEST(RedisStoreOpenTest, TellsThatNobodyAnswers) {
  RedisOptions options;
  options.address.unix_path = "/nonexistent/redis.sock";
  options.connect_timeout = absl::Milliseconds(100);
  EXPECT_THAT(RedisStore::Open(options, RunLimits()),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST(RedisStoreOpenTest, ARunGoesThroughAnOpenStore) {
  RedisServer server;
  auto opened = RedisStore::Open(OptionsOf(server), RunLimits());
  ASSERT_OK(opened);
  RedisStore& store = **opened;
  EXPECT_OK(store.Health());
  AdmitRequest request;
  request.conversation = {"", "c1"};
  request.agent = kAgent;
  request.run_id = "r1";
  ASSERT_OK(Await<Admission>([&](Callback<Admission> done) {
    store.runs().Admit(request, std::move(done));
  }));
  const auto hints =
      Await<std::vector<WorkHint>>([&](Callback<std::vector<WorkHint>> done) {
        store.work().AwaitHint({kAgent}, absl::Seconds(10), std::move(done));
      });
  ASSERT_OK(hints);
  ASSERT_EQ(hints->size(), 1u);
  const auto begun = Await<BeginOutcome>([&](Callback<BeginOutcome> done) {
    store.runs().Begin("c1", "t1", std::move(done));
  });
  ASSERT_OK(begun);
  EXPECT_EQ(begun->kind, BeginOutcome::Kind::kRun);
}

TEST(RedisStoreOpenTest, DestroyingItEndsAWaitForHints) {
  RedisServer server;
  auto opened = RedisStore::Open(OptionsOf(server), RunLimits());
  ASSERT_OK(opened);
  auto ended = std::make_shared<std::atomic<bool>>(false);
  (*opened)->work().AwaitHint(
      {kAgent}, absl::Minutes(1),
      [ended](const absl::StatusOr<std::vector<WorkHint>>& hints) {
        EXPECT_THAT(hints, StatusIs(absl::StatusCode::kUnavailable));
        *ended = true;
      });
  opened->reset();
  EXPECT_TRUE(*ended);
}

// Collects what a listener is told.
class Listener final : public WakeListener {
 public:
  void OnWake(std::string_view conversation_id, int64_t number) override {
    MutexLock lock(&mu_);
    newest_ = std::max(newest_, number);
    last_ = conversation_id;
    ++wakes_;
  }
  void OnWatching(std::string_view conversation_id) override {
    OnWake(conversation_id, 0);
  }
  void OnReset() override { ++resets; }
  int64_t newest() {
    MutexLock lock(&mu_);
    return newest_;
  }
  int wakes() {
    MutexLock lock(&mu_);
    return wakes_;
  }
  std::atomic<int> resets = 0;

 private:
  Mutex mu_;
  int64_t newest_ ABSL_GUARDED_BY(mu_) = 0;
  int wakes_ ABSL_GUARDED_BY(mu_) = 0;
  std::string last_ ABSL_GUARDED_BY(mu_);
};

TEST(RedisStoreOpenTest, WritesWakeThoseWhoWatch) {
  RedisServer server;
  auto opened = RedisStore::Open(OptionsOf(server), RunLimits());
  ASSERT_OK(opened);
  Listener listener;
  (*opened)->wakes().SetListener(&listener);
  (*opened)->wakes().Watch("c1");
  ASSERT_TRUE(Eventually([&] { return listener.wakes() >= 1; }));
  server.Command({"PUBLISH", "agent-stream:c2", "9"});
  server.Command({"PUBLISH", "agent-stream:c1", "7"});
  EXPECT_TRUE(Eventually([&] { return listener.newest() == 7; }));
  (*opened)->wakes().SetListener(nullptr);
}

TEST(RedisStoreOpenTest, ARestartIsToldAndTheAppendOnlyFileWrittenAnew) {
  RedisServer server({.append_only = true, .config = {}});
  auto opened = RedisStore::Open(OptionsOf(server), RunLimits());
  ASSERT_OK(opened);
  const auto rewrites = [&server] {
    const Reply info = server.Command({"INFO", "persistence"});
    const std::string_view text = info.view().Text();
    return text.find("\r\naof_rewrites:1\r\n") != std::string_view::npos;
  };
  EXPECT_TRUE(Eventually(rewrites));
  std::atomic<int> restarts = 0;
  (*opened)->OnRestart([&restarts] { ++restarts; });
  Listener listener;
  (*opened)->wakes().SetListener(&listener);
  server.Restart();
  EXPECT_TRUE(Eventually([&] { return restarts == 1; }));
  EXPECT_TRUE(Eventually([&] { return listener.resets >= 1; }));
  EXPECT_TRUE(Eventually(rewrites));
  EXPECT_TRUE(Eventually([&] { return (*opened)->Health().ok(); }));
  (*opened)->wakes().SetListener(nullptr);
  opened->reset();
}

TEST(RedisStoreOpenTest, HealthTellsThatRedisIsGone) {
  RedisServer server;
  auto opened = RedisStore::Open(OptionsOf(server), RunLimits());
  ASSERT_OK(opened);
  server.Kill();
  EXPECT_TRUE(
      Eventually([&] { return absl::IsUnavailable((*opened)->Health()); }));
}

}  // namespace
}  // namespace agent::testing
