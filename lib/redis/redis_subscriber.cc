#include "lib/redis/redis_subscriber.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/redis/pending_command.h"
#include "lib/redis/redis_error.h"
#include "lib/redis/redis_loop.h"

namespace agent {
namespace {

constexpr size_t kChannelsPerCommand = 500;
constexpr std::chrono::seconds kPingInterval{5};

// SUBSCRIBE or UNSUBSCRIBE, as few commands as the bound allows.
void AppendInBatches(const char* verb, const std::vector<std::string>& channels,
                     RedisConnection* connection) {
  for (size_t i = 0; i < channels.size(); i += kChannelsPerCommand) {
    const size_t end = std::min(channels.size(), i + kChannelsPerCommand);
    RedisCommand command = {verb};
    for (size_t j = i; j < end; ++j) command.push_back(channels[j]);
    connection->Append(EncodedCommand(command).bytes());
  }
}

class LoopRedisSubscriber final : public RedisSubscriber,
                                  private RedisLoop::Handler {
 public:
  LoopRedisSubscriber(const RedisOptions& options, RedisSubscriberEvents events)
      : pong_timeout_(ToChrono(options.command_timeout)),
        events_(std::move(events)),
        loop_(options, this) {
    loop_.Start();
  }

  void Subscribe(std::string channel) override;
  void Unsubscribe(std::string channel) override;

 private:
  struct Change {
    std::string channel;
    bool subscribe;
    bool wanted = false;  // by anybody, when it is looked at
  };

  void OnConnected(bool restarted) override;
  void OnDisconnected(const RedisConnection& lost) override;
  void OnConnectFailed(const absl::Status&) override {}  // the loop logs it
  SteadyTime OnTurn(RedisConnection* connection, SteadyTime now) override;
  void OnReply(Reply reply, SteadyTime now) override;
  void OnStop() override {}

  std::vector<Change> TakeChanges();
  void SubscribeAll(RedisConnection* connection);
  void Apply(std::vector<Change> changes, RedisConnection* connection);
  SteadyTime Ping(RedisConnection* connection, SteadyTime now);
  void OnConfirmed(std::string_view channel);

  const std::chrono::nanoseconds pong_timeout_;
  RedisSubscriberEvents events_;
  Mutex mu_;
  std::unordered_map<std::string, int> wanted_ ABSL_GUARDED_BY(mu_);
  std::vector<Change> changes_ ABSL_GUARDED_BY(mu_);
  // The loop's thread's: what was asked of this connection -> confirmed.
  std::unordered_map<std::string, bool> asked_;
  bool connected_before_ = false;
  bool fresh_ = false;  // connected, and nothing subscribed to yet
  // Confirmations still to come of what was subscribed to anew.
  size_t renewing_ = 0;
  bool awaiting_pong_ = false;
  SteadyTime pong_deadline_;
  SteadyTime next_ping_;
  RedisLoop loop_;  // last: its thread uses all of the above
};

void LoopRedisSubscriber::Subscribe(std::string channel) {
  {
    MutexLock lock(&mu_);
    ++wanted_[channel];
    changes_.push_back({std::move(channel), /*subscribe=*/true});
  }
  loop_.Wake();
}

void LoopRedisSubscriber::Unsubscribe(std::string channel) {
  {
    MutexLock lock(&mu_);
    const auto found = wanted_.find(channel);
    if (found == wanted_.end() || --found->second > 0) return;
    wanted_.erase(found);
    changes_.push_back({std::move(channel), /*subscribe=*/false});
  }
  loop_.Wake();
}

void LoopRedisSubscriber::OnConnected(bool /*restarted*/) {
  fresh_ = true;
  awaiting_pong_ = false;
  next_ping_ = std::chrono::steady_clock::now() + kPingInterval;
}

void LoopRedisSubscriber::OnDisconnected(const RedisConnection& /*lost*/) {
  asked_.clear();
  renewing_ = 0;
  connected_before_ = true;
  if (events_.on_reset) events_.on_reset();
}

SteadyTime LoopRedisSubscriber::OnTurn(RedisConnection* connection,
                                       SteadyTime now) {
  std::vector<Change> changes = TakeChanges();
  // Without a connection they are in what is subscribed to when there is one.
  if (connection == nullptr) return SteadyTime::max();
  if (std::exchange(fresh_, false)) {
    SubscribeAll(connection);
  } else {
    Apply(std::move(changes), connection);
  }
  return Ping(connection, now);
}

std::vector<LoopRedisSubscriber::Change> LoopRedisSubscriber::TakeChanges() {
  std::vector<Change> changes;
  MutexLock lock(&mu_);
  changes.swap(changes_);
  for (Change& change : changes) {
    change.wanted = wanted_.count(change.channel) != 0;
  }
  return changes;
}

void LoopRedisSubscriber::SubscribeAll(RedisConnection* connection) {
  std::vector<std::string> channels;
  {
    MutexLock lock(&mu_);
    for (const auto& [channel, count] : wanted_) channels.push_back(channel);
  }
  for (const std::string& channel : channels) asked_[channel] = false;
  AppendInBatches("SUBSCRIBE", channels, connection);
  if (!connected_before_) return;
  renewing_ = channels.size();
  if (renewing_ == 0 && events_.on_reset) events_.on_reset();
}

void LoopRedisSubscriber::Apply(std::vector<Change> changes,
                                RedisConnection* connection) {
  std::vector<std::string> subscribe;
  std::vector<std::string> unsubscribe;
  std::vector<std::string> already;
  for (Change& change : changes) {
    const auto found = asked_.find(change.channel);
    if (change.wanted && found == asked_.end()) {
      asked_[change.channel] = false;
      subscribe.push_back(std::move(change.channel));
    } else if (change.wanted && change.subscribe && found->second) {
      already.push_back(std::move(change.channel));
    } else if (!change.wanted && found != asked_.end()) {
      asked_.erase(found);
      unsubscribe.push_back(std::move(change.channel));
    }
  }
  AppendInBatches("UNSUBSCRIBE", unsubscribe, connection);
  AppendInBatches("SUBSCRIBE", subscribe, connection);
  for (const std::string& channel : already) {
    if (events_.on_subscribed) events_.on_subscribed(channel);
  }
}

SteadyTime LoopRedisSubscriber::Ping(RedisConnection* connection,
                                     SteadyTime now) {
  if (awaiting_pong_) {
    if (now >= pong_deadline_) loop_.Reconnect("no answer to PING");
    return pong_deadline_;
  }
  if (now < next_ping_) return next_ping_;
  connection->Append(EncodedCommand({"PING"}).bytes());
  awaiting_pong_ = true;
  pong_deadline_ = now + pong_timeout_;
  next_ping_ = now + kPingInterval;
  return pong_deadline_;
}

void LoopRedisSubscriber::OnReply(Reply reply, SteadyTime now) {
  // In a flood of messages the pong stands in line; they show life as well.
  pong_deadline_ = now + pong_timeout_;
  const ReplyView view = reply.view();
  if (view.IsError()) {
    loop_.Reconnect("Redis answers " + LoggableRedisError(view.Text()));
    return;
  }
  const std::string_view kind = view.IsArray() ? view[0].Text() : view.Text();
  if (kind == "message") {
    if (events_.on_message) events_.on_message(view[1].Text(), view[2].Text());
  } else if (kind == "subscribe") {
    OnConfirmed(view[1].Text());
  } else if (kind == "pong" || kind == "PONG") {
    awaiting_pong_ = false;
    loop_.NoteProgress();
  }
}

void LoopRedisSubscriber::OnConfirmed(std::string_view channel) {
  const auto found = asked_.find(std::string(channel));
  if (found != asked_.end()) found->second = true;
  if (renewing_ == 0) {
    if (events_.on_subscribed) events_.on_subscribed(channel);
  } else if (--renewing_ == 0) {
    if (events_.on_reset) events_.on_reset();
  }
}

}  // namespace

std::unique_ptr<RedisSubscriber> RedisSubscriber::Start(
    RedisOptions options, RedisSubscriberEvents events) {
  return std::make_unique<LoopRedisSubscriber>(options, std::move(events));
}

}  // namespace agent
