// Who in this process wants to hear that a conversation's record changed: a
// worker learns of a cancellation so, long before its next heartbeat.
#ifndef AGENT_LIB_LOG_RECORD_WATCHES_H_
#define AGENT_LIB_LOG_RECORD_WATCHES_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lib/base/mutex.h"
#include "lib/log/response_log.h"

namespace agent {

// Thread-safe; calls nobody with its lock held.
class RecordWatches : public std::enable_shared_from_this<RecordWatches> {
 public:
  // `wakes` must outlive it, up to Close.
  explicit RecordWatches(WakeSource* wakes) : wakes_(wakes) {}

  // Calls `look` on the wake-ups' thread until the result is dropped; a call in
  // progress is not waited for. `look` must not block.
  std::shared_ptr<void> Watch(std::string_view conversation_id,
                              std::function<void()> look);

  void Tell(std::string_view conversation_id);

  // From now on the source is not called any more.
  void Close();

 private:
  class Guard;
  using Look = std::shared_ptr<const std::function<void()>>;

  void Remove(const std::string& conversation_id, const Look& look);
  void ChangeWatch(const std::string& conversation_id, bool watch);

  Mutex source_mu_;  // held while the source is called
  WakeSource* wakes_ ABSL_GUARDED_BY(source_mu_);  // null once closed
  Mutex mu_;
  std::unordered_multimap<std::string, Look> looks_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_RECORD_WATCHES_H_
