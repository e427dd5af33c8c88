// The calls whose scripts are torn: every script that writes, in every state it
// meets.
#ifndef AGENT_TESTS_REDIS_TORN_SCENARIOS_H_
#define AGENT_TESTS_REDIS_TORN_SCENARIOS_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/redis/torn_world.h"

namespace agent::testing {

struct Scenario {
  using Action = std::function<void(TornWorld*, TornWorker*)>;
  std::string name;
  // Brings the store into a state. The worker that it leaves is the caller, or
  // one that is at work meanwhile, or none.
  Action prepare;
  // The call that is torn. The worker goes on from its answer.
  Action call;
  // A single write is no MULTI block: its lost half cannot come back.
  bool comes_back = true;
};

inline void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

std::vector<Scenario> AllScenarios();

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_TORN_SCENARIOS_H_
