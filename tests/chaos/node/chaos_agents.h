// The agents that chaos-node offers: each does what its message, a RunPlan,
// asks for, and says what tests/chaos/texts.h can check.
//
//   Steady    says the same in every attempt
//   Shifting  says something else in every attempt
//   Stepper   journalled turns and tool calls; turns differ by attempt
//   Poison    kills its process, half-way, in its first `kill` attempts
//   Flaky     fails in its first `fail` attempts, three quarters through; with
//             `refuse` it fails for good after them
#ifndef AGENT_TESTS_CHAOS_NODE_CHAOS_AGENTS_H_
#define AGENT_TESTS_CHAOS_NODE_CHAOS_AGENTS_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/agent/agent.h"

namespace agent::chaos {

// `receipts_dir`: of Stepper's tool, see ToolReceipts.
std::vector<std::shared_ptr<Agent>> MakeChaosAgents(
    const std::string& receipts_dir);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_CHAOS_AGENTS_H_
