// ResponseLog over the read scripts and plain XRANGE, on clients of their own,
// so that large pages hold up neither appends nor readers that just came.
#ifndef AGENT_LIB_REDIS_REDIS_RESPONSE_LOG_H_
#define AGENT_LIB_REDIS_REDIS_RESPONSE_LOG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "lib/log/response_log.h"
#include "lib/redis/store_context.h"

namespace agent {

// How many XRANGEs may be under way. Their size is a guess from what a reader
// saw last, and the first large entries after small ones prove it wrong: then
// an answer is as large as its number of entries times the largest that a log
// takes (200 x 256 KiB by default), and Redis and we hold so many of these.
inline constexpr size_t kMaxEntryReads = 8;

// Thread-safe. Must outlive its clients.
class RedisResponseLog final : public ResponseLog {
 public:
  // `pages` runs the scripts, `entries` the XRANGEs, each within `patience`.
  RedisResponseLog(StoreContext context, RedisClient* pages,
                   RedisClient* entries, absl::Duration patience)
      : context_(context),
        pages_(pages),
        entries_(entries),
        patience_(patience) {}

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
  void ReadEntries(LogPageRequest request, Callback<LogPage> done);
  void ReadWhole(LogPageRequest request, Callback<LogPage> done);
  void LookAfterStale(const Activity& activity) const;

  const StoreContext context_;
  RedisClient* const pages_;
  RedisClient* const entries_;
  const absl::Duration patience_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_RESPONSE_LOG_H_
