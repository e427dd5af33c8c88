// Looks now and then at where many logs stand, a few hundred by one command:
// for wake-ups that were lost, and for writers that send none.
#ifndef AGENT_LIB_LOG_POSITION_POLL_H_
#define AGENT_LIB_LOG_POSITION_POLL_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/mutex.h"
#include "lib/base/timer_queue.h"
#include "lib/log/response_log.h"

namespace agent {

// Thread-safe. Sleeps while there is nothing to look at. Functions are called
// with no lock held, on the log's or the timers' thread.
class PositionPoll : public std::enable_shared_from_this<PositionPoll> {
 public:
  using List = std::function<std::vector<std::string>()>;
  using Found = std::function<void(const std::string&, const LogPosition&)>;

  // `log` and `timers` must outlive it.
  PositionPoll(ResponseLog* log, TimerQueue* timers, absl::Duration interval,
               List list, Found found)
      : log_(log),
        timers_(timers),
        interval_(interval),
        list_(std::move(list)),
        found_(std::move(found)) {}

  // There is something to look at: the first look is an interval from now.
  void Wake();

 private:
  using Ids = std::shared_ptr<const std::vector<std::string>>;

  void Arm();
  void Look();
  void ReadSlice(const Ids& ids, size_t begin);

  ResponseLog* const log_;
  TimerQueue* const timers_;
  const absl::Duration interval_;
  const List list_;
  const Found found_;

  Mutex mu_;
  bool awake_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_POSITION_POLL_H_
