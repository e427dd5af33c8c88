// The algorithm of the samples that this project began from, as a service of
// its own behind the same API: the first of the builds that must be caught.
#ifndef AGENT_TESTS_CHAOS_NODE_ORIGINAL_PROGRAM_H_
#define AGENT_TESTS_CHAOS_NODE_ORIGINAL_PROGRAM_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/agent/agent.h"

namespace agent::chaos {

// Like RunServiceProgram, of the same flags: the lease is the time for which a
// delivered run stays invisible.
int RunOriginalProgram(const std::vector<std::shared_ptr<Agent>>& agents,
                       const std::vector<std::string>& arguments);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_ORIGINAL_PROGRAM_H_
