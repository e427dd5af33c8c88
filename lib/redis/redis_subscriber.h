// Pub/sub over a connection of its own, which it keeps alive and, when it
// breaks, makes anew with every subscription.
#ifndef AGENT_LIB_REDIS_REDIS_SUBSCRIBER_H_
#define AGENT_LIB_REDIS_REDIS_SUBSCRIBER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "lib/redis/redis_options.h"

namespace agent {

// Called on the subscriber's thread, one at a time; must not block. They may
// call Subscribe and Unsubscribe. Any may be null.
struct RedisSubscriberEvents {
  // The views live as long as the call.
  absl::AnyInvocable<void(std::string_view channel, std::string_view payload)>
      on_message;
  // After each Subscribe: from now on what is published on the channel arrives;
  // what happened before may have been missed, so look once. Not called for
  // subscriptions that are made anew after a break: on_reset covers them.
  absl::AnyInvocable<void(std::string_view channel)> on_subscribed;
  // The connection broke; and again once it has been made anew with all
  // subscriptions. Messages in between are lost.
  absl::AnyInvocable<void()> on_reset;
};

// Thread-safe. Subscriptions are counted: a channel is left when Unsubscribe
// was called as often as Subscribe. Changes that gather are sent together, 500
// channels a command. Redis is pinged every 5 s; one that does not answer
// within `command_timeout` is taken for dead and connected to again.
class RedisSubscriber {
 public:
  // Does not wait for the connection.
  static std::unique_ptr<RedisSubscriber> Start(RedisOptions options,
                                                RedisSubscriberEvents events);

  // Waits for a callback in progress; never call it on one.
  virtual ~RedisSubscriber() = default;

  virtual void Subscribe(std::string channel) = 0;
  // Does nothing if the channel is not subscribed to.
  virtual void Unsubscribe(std::string channel) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_SUBSCRIBER_H_
