// Which agents a chaos run has, as text.
#ifndef AGENT_TESTS_CHAOS_DRIVER_AGENT_MIX_H_
#define AGENT_TESTS_CHAOS_DRIVER_AGENT_MIX_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/chaos/history/workload.h"

namespace agent::chaos {

// A bit of everything: short and long runs, with steps and without, those that
// fail and those that kill their process.
extern const char kEveryAgent[];

// "Steady*3 pieces=60 delay_us=5000; Stepper steps=4": shares, each an agent,
// its weight and its plan. INVALID_ARGUMENT names the share.
absl::StatusOr<std::vector<AgentShare>> ParseAgentMix(const std::string& text);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_DRIVER_AGENT_MIX_H_
