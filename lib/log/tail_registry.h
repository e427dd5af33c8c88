// The tails of a process, one for each conversation that somebody reads, and
// what they share: whose wake-ups are listened to, and checks after a moment.
#ifndef AGENT_LIB_LOG_TAIL_REGISTRY_H_
#define AGENT_LIB_LOG_TAIL_REGISTRY_H_

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/base/timer_queue.h"
#include "lib/log/log_tail.h"
#include "lib/log/response_log.h"

namespace agent {

// Thread-safe; calls nobody with its lock held.
class TailRegistry final : public TailHost,
                           public std::enable_shared_from_this<TailRegistry> {
 public:
  // All must outlive it, up to Close.
  TailRegistry(ResponseLog* log, WakeSource* wakes, TimerQueue* timers,
               TailLimits limits)
      : log_(log), timers_(timers), limits_(limits), wakes_(wakes) {}

  // `poll`: called when there is a tail; `poll_often`: ... that asks for it.
  void OnFirst(std::function<void()> poll, std::function<void()> poll_often);

  std::shared_ptr<LogTail> Attach(std::string_view conversation_id);
  // Null if nobody reads the conversation.
  std::shared_ptr<LogTail> Find(std::string_view conversation_id);
  std::vector<std::shared_ptr<LogTail>> All();
  std::vector<std::string> Ids();
  std::vector<std::string> OftenIds();

  // From now on the sources are not called any more.
  void Close();

  void CheckSoon(const std::shared_ptr<LogTail>& tail, int64_t number) override;
  void LookOften(const std::string& conversation_id, bool often) override;
  void Listen(const std::string& conversation_id) override;
  void Forget(const std::string& conversation_id) override;

 private:
  struct Entry {
    std::weak_ptr<LogTail> tail;
    bool watched = false;
  };
  struct Check {
    std::weak_ptr<LogTail> tail;
    int64_t number;
  };
  using Checks = std::unordered_map<const LogTail*, Check>;

  void ChangeWatchLocked(std::string conversation_id, bool watch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ApplyWatches();
  void ArmChecks();
  void RunChecks();

  ResponseLog* const log_;
  TimerQueue* const timers_;
  const TailLimits limits_;
  std::function<void()> poll_;        // constant after OnFirst
  std::function<void()> poll_often_;  // constant after OnFirst

  Mutex mu_;
  WakeSource* wakes_ ABSL_GUARDED_BY(mu_);  // null once closed
  std::unordered_map<std::string, Entry> tails_ ABSL_GUARDED_BY(mu_);
  std::unordered_set<std::string> often_ ABSL_GUARDED_BY(mu_);
  // Changes in order, applied by one thread at a time.
  std::deque<std::pair<std::string, bool>> watches_ ABSL_GUARDED_BY(mu_);
  bool applying_ ABSL_GUARDED_BY(mu_) = false;
  CondVar applied_;
  Checks new_checks_ ABSL_GUARDED_BY(mu_);
  Checks old_checks_ ABSL_GUARDED_BY(mu_);
  bool checking_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_TAIL_REGISTRY_H_
