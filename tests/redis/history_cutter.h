// Cuts a history where a power loss might, and lets those who are around go on.
#ifndef AGENT_TESTS_REDIS_HISTORY_CUTTER_H_
#define AGENT_TESTS_REDIS_HISTORY_CUTTER_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/redis/cut_histories.h"
#include "tests/redis/torn_check.h"
#include "tests/redis/torn_world.h"

namespace agent::testing {

// Reports what is wrong as failures of the test. Thread-compatible.
class HistoryCutter {
 public:
  explicit HistoryCutter(CutHistory history,
                         const Scripts::Transform& transform = WithTestClock);

  // Plays the history; before all else.
  void Play();
  // Every cut, until `failed` says so: the first that fails tells enough.
  void CutEverywhere(const std::function<bool()>& failed);

  // Histories that were cut.
  int cuts() const { return cuts_; }

 private:
  using Workers = std::array<TornWorker, kActors>;

  enum class Who {
    kLiving,
    kOther,
    kLivingThenOther,  // the leases hold
    kOtherThenLiving,  // they are over
    kRace,             // they are over, and who wakes first is the old one
  };

  // What is around when Redis comes back.
  struct Moment {
    Workers workers;
    std::array<int64_t, kActors> acted_ms = {};  // each worker, last
    TornReader reader;  // has seen everything up to here
    size_t writes = 0;  // in all
    int64_t now_ms = 0;
  };

  struct Cut {
    size_t length = 0;  // writes that are left
    size_t moment = 0;  // of the power loss
    Who who = Who::kLiving;
  };

  std::vector<size_t> MomentsOf(size_t length) const;
  Workers Living(const Cut& cut) const;
  void CutAt(size_t length);
  void Lose(const Cut& cut);
  void GoOn(Workers living, Who who);
  bool StepAll(Workers* workers);
  void Look();
  std::vector<TornReader> Earlier(size_t moment) const;
  void Check(const Cut& cut, std::vector<TornReader> readers);

  const CutHistory history_;
  RedisServer server_{TornServer()};
  TornWorld world_;
  Writes writes_;
  std::vector<Moment> moments_;   // before the first step, after each
  size_t deleted_at_ = SIZE_MAX;  // writes, with the deletion
  std::vector<TornReader> live_;
  int cuts_ = 0;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_HISTORY_CUTTER_H_
