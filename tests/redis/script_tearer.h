// Tears the writes of a call apart as a power loss may, and lets those who are
// around go on.
#ifndef AGENT_TESTS_REDIS_SCRIPT_TEARER_H_
#define AGENT_TESTS_REDIS_SCRIPT_TEARER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/redis/torn_check.h"
#include "tests/redis/torn_scenarios.h"
#include "tests/redis/torn_world.h"

namespace agent::testing {

// Reports what is wrong as failures of the test. Thread-compatible.
class ScriptTearer {
 public:
  explicit ScriptTearer(Scenario scenario,
                        const Scripts::Transform& transform = WithTestClock);

  // The state before the torn call, and what it writes; before all else.
  void Record();
  // Every prefix in every form, until `failed` says so: the first prefix that
  // fails tells enough.
  void TearEverywhere(const std::function<bool()>& failed);

  int cases() const { return cases_; }

 private:
  enum class Actor { kCaller, kOther };
  enum class Back { kNothing, kWhole, kPrefix };
  enum class Next { kSame, kThird };
  struct Case {
    size_t length = 0;
    Actor actor = Actor::kCaller;
    Back back = Back::kNothing;
    int appends = 0;
    Next next = Next::kSame;
  };

  static std::string Describe(const Case& torn);
  Writes Prefix(size_t length) const;
  bool CutsABlock(size_t length) const;
  // The script that is cut at `length`: from where to where.
  size_t BlockBegin(size_t length) const { return unit_begin_[length]; }
  size_t BlockEnd(size_t length) const;
  void TearAt(size_t length);
  void Tear(const Case& torn);
  void Finish(bool lost);

  const Scenario scenario_;
  // One each, so that its file stays small.
  RedisServer server_{TornServer()};
  TornWorld world_;
  TornWorker caller_;
  Writes before_;
  Writes torn_;
  // Of each write: where its script begins, and whether it is a block.
  std::vector<size_t> unit_begin_;
  std::vector<bool> in_block_;
  TornReader early_;
  TornReader saw_all_;
  int64_t recorded_at_ms_ = 0;
  int cases_ = 0;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_SCRIPT_TEARER_H_
