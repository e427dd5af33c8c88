// Where all clients write down what they saw.
#ifndef AGENT_TESTS_CHAOS_HISTORY_HISTORY_H_
#define AGENT_TESTS_CHAOS_HISTORY_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "tests/chaos/history/event.h"

namespace agent::chaos {

// Limits: in memory, about 300 bytes an event. Thread-safe.
class History {
 public:
  History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // The wall clock as it was at the beginning and the steady clock's time
  // since: it never steps back.
  absl::Time Now() const;

  // In the order of the calls.
  void Add(EventBody body);
  int64_t NextCall();

  std::vector<Event> Events() const;
  size_t size() const;

 private:
  const absl::Time began_at_;
  const SteadyTime began_;
  mutable Mutex mu_;
  int64_t calls_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<Event> events_ ABSL_GUARDED_BY(mu_);
};

// One line of JSON an event: what a failing run leaves behind, and what can be
// checked again later.
absl::Status SaveHistory(const std::vector<Event>& events,
                         const std::string& path);
// INVALID_ARGUMENT names the line.
absl::StatusOr<std::vector<Event>> LoadHistory(const std::string& path);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_HISTORY_H_
