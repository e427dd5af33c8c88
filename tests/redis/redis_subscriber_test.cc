#include "lib/redis/redis_subscriber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "lib/base/mutex.h"
#include "tests/testing/eventually.h"
#include "tests/testing/redis_server.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// What a subscriber told. Thread-safe.
class Heard {
 public:
  RedisSubscriberEvents Events() {
    return {.on_message =
                [this](std::string_view channel, std::string_view payload) {
                  MutexLock lock(&mu_);
                  messages_.emplace_back(channel, payload);
                },
            .on_subscribed =
                [this](std::string_view channel) {
                  MutexLock lock(&mu_);
                  ++subscribed_[std::string(channel)];
                },
            .on_reset =
                [this] {
                  MutexLock lock(&mu_);
                  ++resets_;
                }};
  }

  std::vector<std::pair<std::string, std::string>> messages() {
    MutexLock lock(&mu_);
    return messages_;
  }
  int resets() {
    MutexLock lock(&mu_);
    return resets_;
  }
  int Subscribed(const std::string& channel) {
    MutexLock lock(&mu_);
    return subscribed_[channel];
  }
  size_t channels() {
    MutexLock lock(&mu_);
    return subscribed_.size();
  }

 private:
  Mutex mu_;
  std::vector<std::pair<std::string, std::string>> messages_
      ABSL_GUARDED_BY(mu_);
  std::map<std::string, int> subscribed_ ABSL_GUARDED_BY(mu_);
  int resets_ ABSL_GUARDED_BY(mu_) = 0;
};

class RedisSubscriberTest : public ::testing::Test {
 protected:
  std::unique_ptr<RedisSubscriber> Start(
      absl::Duration timeout = absl::Seconds(5)) {
    RedisOptions options;
    options.address = server_.address();
    options.command_timeout = timeout;
    return RedisSubscriber::Start(options, heard_.Events());
  }
  // How many subscribers the message reached.
  int64_t Publish(const std::string& channel, const std::string& payload) {
    return server_.Command({"PUBLISH", channel, payload}).view().Integer();
  }
  int64_t Subscribers(const std::string& channel) {
    return server_.Command({"PUBSUB", "NUMSUB", channel})[1].Integer();
  }
  size_t MessageCount() { return heard_.messages().size(); }

  RedisServer server_;
  Heard heard_;
};

TEST_F(RedisSubscriberTest, HearsWhatIsPublishedAfterItSaidItIsSubscribed) {
  auto subscriber = Start();
  subscriber->Subscribe("a");
  ASSERT_TRUE(Eventually([&] { return heard_.Subscribed("a") == 1; }));
  const std::string payload("\0\r\n\xff", 4);
  EXPECT_EQ(Publish("a", payload), 1);
  EXPECT_EQ(Publish("b", "not for us"), 0);
  ASSERT_TRUE(Eventually([&] { return MessageCount() == 1; }));
  EXPECT_THAT(heard_.messages(), ElementsAre(Pair("a", payload)));
  EXPECT_EQ(heard_.resets(), 0);
}

TEST_F(RedisSubscriberTest, LeavesAChannelAfterAsManyUnsubscribes) {
  auto subscriber = Start();
  subscriber->Subscribe("a");
  subscriber->Subscribe("a");
  ASSERT_TRUE(Eventually([&] { return Subscribers("a") == 1; }));
  subscriber->Unsubscribe("a");
  subscriber->Subscribe("b");
  ASSERT_TRUE(Eventually([&] { return heard_.Subscribed("b") == 1; }));
  EXPECT_EQ(Subscribers("a"), 1);
  subscriber->Unsubscribe("a");
  EXPECT_TRUE(Eventually([&] { return Subscribers("a") == 0; }));
  subscriber->Unsubscribe("a");
  subscriber->Unsubscribe("never");
  subscriber->Subscribe("a");
  EXPECT_TRUE(Eventually([&] { return Subscribers("a") == 1; }));
}

TEST_F(RedisSubscriberTest, TellsEverySubscribeThatItHears) {
  auto subscriber = Start();
  subscriber->Subscribe("a");
  ASSERT_TRUE(Eventually([&] { return heard_.Subscribed("a") == 1; }));
  subscriber->Subscribe("a");
  EXPECT_TRUE(Eventually([&] { return heard_.Subscribed("a") == 2; }));
}

TEST_F(RedisSubscriberTest, SubscribesAnewAfterARestartAndSaysReset) {
  auto subscriber = Start();
  constexpr size_t kChannels = 1234;
  for (size_t i = 0; i < kChannels; ++i) {
    subscriber->Subscribe("c" + std::to_string(i));
  }
  ASSERT_TRUE(Eventually([&] { return heard_.channels() == kChannels; }));
  server_.Restart();
  // Once when it broke, once when all stands again.
  ASSERT_TRUE(Eventually([&] { return heard_.resets() == 2; }));
  EXPECT_EQ(Publish("c0", "x"), 1);
  EXPECT_EQ(Publish("c1233", "y"), 1);
  EXPECT_TRUE(Eventually([&] { return MessageCount() == 2; }));
  EXPECT_EQ(heard_.Subscribed("c0"), 1);
}

TEST_F(RedisSubscriberTest, KeepsChangesMadeWhileThereIsNoConnection) {
  auto subscriber = Start();
  subscriber->Subscribe("old");
  ASSERT_TRUE(Eventually([&] { return heard_.Subscribed("old") == 1; }));
  server_.Kill();
  ASSERT_TRUE(Eventually([&] { return heard_.resets() == 1; }));
  subscriber->Subscribe("new");
  subscriber->Unsubscribe("old");
  server_.Restart();
  ASSERT_TRUE(Eventually([&] { return heard_.resets() == 2; }));
  EXPECT_EQ(Subscribers("new"), 1);
  EXPECT_EQ(Subscribers("old"), 0);
}

TEST_F(RedisSubscriberTest, ComesBackWhenItsConnectionIsCutAgainAndAgain) {
  auto subscriber = Start();
  subscriber->Subscribe("a");
  ASSERT_TRUE(Eventually([&] { return heard_.Subscribed("a") == 1; }));
  for (int i = 1; i <= 5; ++i) {
    server_.DropClients();
    ASSERT_TRUE(Eventually([&] { return heard_.resets() == 2 * i; }));
  }
  EXPECT_EQ(Publish("a", "x"), 1);
  EXPECT_TRUE(Eventually([&] { return MessageCount() == 1; }));
}

// The silent peer: nothing closes the connection, only the missing pong tells.
TEST_F(RedisSubscriberTest, NoticesAServerThatStoppedAnswering) {
  auto subscriber = Start(absl::Milliseconds(300));
  subscriber->Subscribe("a");
  ASSERT_TRUE(Eventually([&] { return heard_.Subscribed("a") == 1; }));
  server_.Pause();
  ASSERT_TRUE(Eventually([&] { return heard_.resets() == 1; }));
  server_.Resume();
  EXPECT_TRUE(Eventually([&] { return heard_.resets() == 2; }));
}

TEST_F(RedisSubscriberTest, ServesManyChannelsThatComeAndGo) {
  auto subscriber = Start();
  constexpr int kChannels = 20000;
  for (int i = 0; i < kChannels; ++i) {
    subscriber->Subscribe("c" + std::to_string(i));
    if (i % 2 == 1) subscriber->Unsubscribe("c" + std::to_string(i));
  }
  ASSERT_TRUE(Eventually([&] {
    return server_.Command({"PUBSUB", "CHANNELS"}).view().size() ==
           kChannels / 2;
  }));
  EXPECT_EQ(Publish("c19998", "x"), 1);
  EXPECT_EQ(Publish("c19999", "x"), 0);
  EXPECT_TRUE(Eventually([&] { return MessageCount() == 1; }));
}

TEST_F(RedisSubscriberTest, MaySubscribeFromItsCallbacks) {
  std::unique_ptr<RedisSubscriber> subscriber;
  RedisSubscriberEvents events = heard_.Events();
  events.on_message = [&](std::string_view, std::string_view payload) {
    subscriber->Subscribe(std::string(payload));
  };
  RedisOptions options;
  options.address = server_.address();
  subscriber = RedisSubscriber::Start(options, std::move(events));
  subscriber->Subscribe("a");
  ASSERT_TRUE(Eventually([&] { return heard_.Subscribed("a") == 1; }));
  Publish("a", "b");
  EXPECT_TRUE(Eventually([&] { return heard_.Subscribed("b") == 1; }));
}

}  // namespace
}  // namespace agent::testing
