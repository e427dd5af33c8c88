// What agent-chaos is asked to do.
#ifndef AGENT_TESTS_CHAOS_DRIVER_CHAOS_OPTIONS_H_
#define AGENT_TESTS_CHAOS_DRIVER_CHAOS_OPTIONS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/chaos/cluster/fault.h"
#include "tests/chaos/history/workload.h"

namespace agent::chaos {

struct ChaosOptions {
  int runs = 200;
  int readers = 3;        // of each conversation
  int conversations = 8;  // at a time
  int nodes = 3;
  // Of runs that are cancelled, of conversations that are deleted: 0 to 1.
  double cancel_share = WorkloadOptions().cancel_share;
  double delete_share = WorkloadOptions().delete_share;
  uint64_t seed = 0;
  std::vector<FaultKind> faults;
  // More runs are played until there were so many; of those left out, one.
  std::map<FaultKind, int> at_least;
  absl::Duration fault_interval;
  absl::Duration lease;
  absl::Duration duration;  // of everything before the healing, at most
  absl::Duration settle;    // after it, at most
  std::vector<AgentShare> agents;
  std::string flaw = "none";
  std::string node_program;
  std::vector<std::string> node_flags;
  std::string dir;   // empty: a new one, removed if all was well
  std::string json;  // empty: no summary as JSON
  bool expect_violations = false;
  bool help = false;
};

// `arguments` without the program's name. A seed of 0 is replaced by a random
// one. INVALID_ARGUMENT: one line. `*help` is what --help prints.
absl::StatusOr<ChaosOptions> ParseChaosOptions(
    const std::vector<std::string>& arguments, std::string* help);

// The command line that does the same again.
std::string RepeatCommand(const std::vector<std::string>& arguments,
                          uint64_t seed);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_DRIVER_CHAOS_OPTIONS_H_
