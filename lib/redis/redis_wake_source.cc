#include "lib/redis/redis_wake_source.h"

#include <charconv>

#include "lib/redis/key_schema.h"

namespace agent {

RedisWakeSource::RedisWakeSource(const RedisOptions& options) {
  RedisSubscriberEvents events;
  events.on_message = [this](std::string_view channel,
                             std::string_view payload) {
    Wake(channel, payload);
  };
  events.on_subscribed = [this](std::string_view channel) {
    Watching(channel);
  };
  events.on_reset = [this] { Reset(); };
  subscriber_ = RedisSubscriber::Start(options, std::move(events));
}

RedisWakeSource::~RedisWakeSource() = default;

void RedisWakeSource::SetListener(WakeListener* listener) {
  MutexLock lock(&mu_);
  listener_ = listener;
}

void RedisWakeSource::Watch(std::string conversation_id) {
  subscriber_->Subscribe(keys::Log(conversation_id));
}

void RedisWakeSource::Unwatch(std::string conversation_id) {
  subscriber_->Unsubscribe(keys::Log(conversation_id));
}

void RedisWakeSource::Reset() {
  MutexLock lock(&mu_);
  if (listener_ != nullptr) listener_->OnReset();
}

void RedisWakeSource::Watching(std::string_view channel) {
  const auto conversation_id = keys::ConversationOfLog(channel);
  if (!conversation_id.has_value()) return;
  MutexLock lock(&mu_);
  if (listener_ != nullptr) listener_->OnWatching(*conversation_id);
}

void RedisWakeSource::Wake(std::string_view channel, std::string_view payload) {
  const auto conversation_id = keys::ConversationOfLog(channel);
  if (!conversation_id.has_value()) return;
  int64_t number = 0;
  const auto [end, error] =
      std::from_chars(payload.data(), payload.data() + payload.size(), number);
  if (error != std::errc()) number = 0;
  MutexLock lock(&mu_);
  if (listener_ != nullptr) listener_->OnWake(*conversation_id, number);
}

}  // namespace agent
