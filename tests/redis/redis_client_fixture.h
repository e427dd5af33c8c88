// What the tests of RedisClient share: a server, a client, blocking calls.
#ifndef AGENT_TESTS_REDIS_REDIS_CLIENT_FIXTURE_H_
#define AGENT_TESTS_REDIS_REDIS_CLIENT_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/callback.h"
#include "lib/base/mutex.h"
#include "lib/redis/redis_client.h"
#include "tests/testing/eventually.h"
#include "tests/testing/redis_server.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {

inline absl::StatusOr<Reply> Ask(RedisClient* client, RedisCommand command) {
  return Await<Reply>([&](Callback<Reply> done) {
    client->Send(std::move(command), std::move(done));
  });
}

inline absl::StatusOr<Reply> AskWithin(RedisClient* client,
                                       absl::Duration timeout,
                                       RedisCommand command) {
  return Await<Reply>([&](Callback<Reply> done) {
    client->SendWithTimeout(std::move(command), timeout, std::move(done));
  });
}

inline absl::StatusOr<Reply> RunScript(RedisClient* client,
                                       const LuaScript& script,
                                       std::vector<std::string> keys,
                                       std::vector<std::string> args) {
  return Await<Reply>([&](Callback<Reply> done) {
    client->Run(script, std::move(keys), std::move(args), std::move(done));
  });
}

inline std::string TextOf(const absl::StatusOr<Reply>& reply) {
  return reply.ok() ? std::string(reply->view().Text())
                    : reply.status().ToString();
}

// Collects the events of a client. Thread-safe.
class EventLog {
 public:
  auto Callback() {
    return [this](const RedisConnectionEvent& event) {
      MutexLock lock(&mu_);
      events_.push_back(event);
    };
  }
  std::vector<RedisConnectionEvent> events() const {
    MutexLock lock(&mu_);
    return events_;
  }
  size_t Count(RedisConnectionEvent::Kind kind) const {
    MutexLock lock(&mu_);
    size_t count = 0;
    for (const auto& event : events_) count += event.kind == kind ? 1 : 0;
    return count;
  }

 private:
  mutable Mutex mu_;
  std::vector<RedisConnectionEvent> events_ ABSL_GUARDED_BY(mu_);
};

class RedisClientTest : public ::testing::Test {
 protected:
  RedisOptions Options() {
    RedisOptions options;
    options.address = server_.address();
    options.command_timeout = absl::Seconds(20);
    return options;
  }
  std::unique_ptr<RedisClient> Start() { return Start(Options()); }
  std::unique_ptr<RedisClient> Start(RedisOptions options) {
    return RedisClient::Start(std::move(options), events_.Callback());
  }

  RedisServer server_;
  EventLog events_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_REDIS_CLIENT_FIXTURE_H_
