// The calls whose scripts are torn: every script that writes, in every state it
// meets.
#ifndef AGENT_TESTS_REDIS_TORN_SCENARIOS_H_
#define AGENT_TESTS_REDIS_TORN_SCENARIOS_H_

#include <ostream>
#include <string>
#include <vector>

#include "tests/redis/torn_actions.h"

namespace agent::testing {

struct Scenario {
  std::string name;
  // Brings the store into a state. The worker that it leaves is the caller, or
  // one that is at work meanwhile, or none.
  TornAction prepare;
  // The call that is torn. The worker goes on from its answer.
  TornAction call;
  // It deletes: a single write is no MULTI block, its lost half cannot come
  // back; and repeated late, it would delete what was made since.
  bool deletes = false;
};

inline void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

std::vector<Scenario> AllScenarios();

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_TORN_SCENARIOS_H_
