// A store whose scripts' writes are recorded, so that any prefix of them can be
// made all that survived, and workers that go on from there.
#ifndef AGENT_TESTS_REDIS_TORN_WORLD_H_
#define AGENT_TESTS_REDIS_TORN_WORLD_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/redis/store_fixture.h"

namespace agent::testing {

using Writes = std::vector<RedisCommand>;

// What a worker appends for a run: an `attempt` entry, and two turns of three
// pieces, the last of which ends the run. Each piece names token and turn, so
// that a mixture of attempts shows.
class TornWorker {
 public:
  // Nothing to do if `begun` is not a run.
  explicit TornWorker(const BeginOutcome& begun = {});

  bool has_run() const { return has_run_; }
  const RunAssignment& run() const { return run_; }
  bool finished() const { return next_ >= plan_.size(); }

  // What it sends next, and what an answer does to it: it goes on, goes back on
  // GAP, ends the run as cancelled on CANCEL, and stops when it is fenced.
  const AppendRequest& Next() const { return plan_[next_]; }
  void OnAnswer(const AppendOutcome& outcome);
  // Fails the run instead of completing it.
  void FailAtEnd();

 private:
  void Plan();
  void AddTurn(int turn, bool last, int64_t* sequence, int64_t step);

  bool has_run_ = false;
  RunAssignment run_;
  std::vector<AppendRequest> plan_;
  size_t next_ = 0;
};

class TornWorld {
 public:
  explicit TornWorld(RedisServer* server);

  StoreParts& store() { return *store_; }

  // Nothing is stored, the clock at its beginning.
  void Clear();
  void SetNow(int64_t ms);
  void Advance(absl::Duration by);
  int64_t now_ms() const { return now_ms_; }

  // What was written since the last call, by scripts and in order.
  Writes TakeWrites();
  // The store's keys are what these writes make of nothing.
  void Become(const std::vector<Writes>& parts);

  absl::StatusOr<Admission> Admit(const std::string& run_id);
  BeginOutcome Begin(const std::string& token);
  // One append of the worker's plan; false when it has nothing more to do.
  bool Step(TornWorker* worker);
  // At most `appends` of it.
  void Work(TornWorker* worker, int appends);
  // As the sweep does: begins and works until nothing is left, waiting for
  // leases and back-offs. Fails the test when that does not come.
  void Drain();

 private:
  RedisServer* const server_;
  std::unique_ptr<StoreParts> store_;
  int64_t now_ms_ = 0;
  int tokens_ = 0;
};

inline constexpr int kWholePlan = 100;

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_TORN_WORLD_H_
