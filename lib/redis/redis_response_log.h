// ResponseLog over the read scripts, on a client of its own, so that large
// pages do not hold appends up.
#ifndef AGENT_LIB_REDIS_REDIS_RESPONSE_LOG_H_
#define AGENT_LIB_REDIS_REDIS_RESPONSE_LOG_H_

#include <string>
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
  void LookAfterStale(const std::string& conversation_id, ReplyView answer);

  const StoreContext context_;
  RedisClient* const pages_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_RESPONSE_LOG_H_
