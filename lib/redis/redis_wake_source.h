// WakeSource over pub/sub on the conversations' channels.
#ifndef AGENT_LIB_REDIS_REDIS_WAKE_SOURCE_H_
#define AGENT_LIB_REDIS_REDIS_WAKE_SOURCE_H_

#include <memory>
#include <string>
#include <string_view>

#include "lib/base/mutex.h"
#include "lib/log/response_log.h"
#include "lib/redis/redis_options.h"
#include "lib/redis/redis_subscriber.h"

namespace agent {

// Thread-safe. The listener is called by one thread at a time.
class RedisWakeSource final : public WakeSource {
 public:
  explicit RedisWakeSource(const RedisOptions& options);
  ~RedisWakeSource() override;

  void SetListener(WakeListener* listener) override;
  void Watch(std::string conversation_id) override;
  void Unwatch(std::string conversation_id) override;

  // Redis was restarted.
  void Reset();

 private:
  void Watching(std::string_view channel);
  void Wake(std::string_view channel, std::string_view payload);

  // Held while the listener is called, so that clearing it waits for the call.
  Mutex mu_;
  WakeListener* listener_ ABSL_GUARDED_BY(mu_) = nullptr;
  std::unique_ptr<RedisSubscriber> subscriber_;  // last: it calls the above
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_WAKE_SOURCE_H_
