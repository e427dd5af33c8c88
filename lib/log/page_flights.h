// Page reads in flight: readers that ask the same thing share one answer.
#ifndef AGENT_LIB_LOG_PAGE_FLIGHTS_H_
#define AGENT_LIB_LOG_PAGE_FLIGHTS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/timer_queue.h"
#include "lib/log/response_log.h"

namespace agent {

// What was known of a conversation at an instant: equal stamps, no news. `news`
// of entries; `look` of the record or of a log that cannot be trusted; `told`:
// how many of the looks a wake-up asked for.
struct TailStamp {
  uint64_t news = 0;
  uint64_t look = 0;
  uint64_t told = 0;
};

// A page, or why there is none, and what was known before it was asked for.
struct TailPage {
  absl::StatusOr<std::shared_ptr<const LogPage>> page;
  TailStamp asked_at;
};

// An answer is never older than its question: who asks while a request is under
// way shares the next one. While the store cannot be reached a request is
// repeated, for as long as the one that made it holds out: counted from when it
// was first made, whenever the store's failure shows.
//
// Thread-safe. Answers come on the log's thread or the timers', with no lock
// held; none once it is destroyed.
class PageFlights : public std::enable_shared_from_this<PageFlights> {
 public:
  using Done = absl::AnyInvocable<void(const TailPage&) &&>;

  // `log` and `timers` must outlive it; `stamp` is called with no lock held.
  PageFlights(ResponseLog* log, TimerQueue* timers,
              std::function<TailStamp()> stamp)
      : log_(log), timers_(timers), stamp_(std::move(stamp)) {}

  void Fetch(LogPageRequest request, absl::Duration hold, Done done);

 private:
  // Principal, position, run, newest, from the run, entries only, and how long
  // it holds out: what makes two alike.
  using Key = std::tuple<std::string, StreamId, std::string, bool, bool, bool,
                         absl::Duration>;

  struct Flight {
    LogPageRequest request;
    absl::Duration hold;
    std::vector<Done> riding;
    std::vector<Done> waiting;  // asked after it was sent
    TailStamp asked_at;
    Backoff backoff{{absl::Milliseconds(50), absl::Seconds(2)}};
    SteadyTime began;  // when it was first made
  };

  void Send(const Key& key);
  static absl::Duration TimeLeft(const Flight& flight);
  void OnReply(const Key& key, absl::StatusOr<LogPage> reply);
  // How long until the request is repeated; none: it is not.
  std::optional<absl::Duration> RetryDelay(const Key& key,
                                           const absl::Status& status);

  ResponseLog* const log_;
  TimerQueue* const timers_;
  const std::function<TailStamp()> stamp_;

  Mutex mu_;
  std::map<Key, Flight> flights_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_PAGE_FLIGHTS_H_
