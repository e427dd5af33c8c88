// ResponseLog over the read scripts, on a client of its own, so that large
// pages do not hold appends up.
#ifndef AGENT_LIB_REDIS_REDIS_RESPONSE_LOG_H_
#define AGENT_LIB_REDIS_REDIS_RESPONSE_LOG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/log/response_log.h"
#include "lib/redis/store_context.h"

namespace agent {

// Thread-safe. Must outlive the context's client and `pages`.
class RedisResponseLog final : public ResponseLog {
 public:
  RedisResponseLog(StoreContext context, RedisClient* pages)
      : context_(context), pages_(pages) {}

  void ReadPage(LogPageRequest request, Callback<LogPage> done) override;
  void ReadPositions(std::vector<std::string> conversation_ids,
                     Callback<std::vector<LogPosition>> done) override;

 private:
  // Of a conversation: who sees to it, and until when.
  struct Activity {
    std::string_view agent, conversation_id;
    bool active = false;  // a run is being executed
    int64_t queued = 0;   // runs that wait
    int64_t lease_ms = 0, now_ms = 0;
  };
  void LookAfterStale(const Activity& activity);

  const StoreContext context_;
  RedisClient* const pages_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_RESPONSE_LOG_H_
