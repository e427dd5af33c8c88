// Histories of a conversation, script by script, that a power loss may cut
// anywhere.
#ifndef AGENT_TESTS_REDIS_CUT_HISTORIES_H_
#define AGENT_TESTS_REDIS_CUT_HISTORIES_H_

#include <ostream>
#include <string>
#include <vector>

#include "tests/redis/torn_actions.h"

namespace agent::testing {

inline constexpr int kActors = 3;

struct CutStep {
  int actor = 0;  // which of the workers acts
  TornAction action;
  std::string admits;  // the run that it admits, if it does
};

struct CutHistory {
  std::string name;
  std::vector<CutStep> steps;
};

inline void PrintTo(const CutHistory& history, std::ostream* out) {
  *out << history.name;
}

std::vector<CutHistory> AllHistories();

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_CUT_HISTORIES_H_
