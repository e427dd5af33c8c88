// What a worker appends for a run: an `attempt` entry, and two turns of three
// pieces, the last of which ends the run. Each piece names token and turn, so
// that a mixture of attempts shows.
#ifndef AGENT_TESTS_REDIS_TORN_WORKER_H_
#define AGENT_TESTS_REDIS_TORN_WORKER_H_

#include <cstdint>
#include <vector>

#include "lib/log/run_store.h"

namespace agent::testing {

// The message of a failure that used up the run's attempts.
inline constexpr char kGaveUp[] = "gave up";

class TornWorker {
 public:
  // Nothing to do if `begun` is not a run.
  explicit TornWorker(const BeginOutcome& begun = {});

  bool has_run() const { return has_run_; }
  const RunAssignment& run() const { return run_; }
  bool finished() const { return next_ >= plan_.size(); }
  bool at_work() const { return has_run_ && !finished(); }

  // What it sends next, and what an answer does to it: it goes on, goes back on
  // GAP, ends the run as cancelled on CANCEL, and stops when it is fenced.
  const AppendRequest& Next() const { return plan_[next_]; }
  void OnAnswer(const AppendOutcome& outcome);
  // Fails the run instead of completing it; with `exhausted_after`, because
  // its attempts are used up.
  void FailAtEnd(int exhausted_after);

 private:
  void Plan();
  void AddTurn(int turn, bool last, int64_t* sequence, int64_t step);

  bool has_run_ = false;
  RunAssignment run_;
  std::vector<AppendRequest> plan_;
  size_t next_ = 0;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_TORN_WORKER_H_
