// What a chaos run came to, for people and for programs.
#ifndef AGENT_TESTS_CHAOS_DRIVER_RUN_REPORT_H_
#define AGENT_TESTS_CHAOS_DRIVER_RUN_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/chaos/cluster/fault_log.h"
#include "tests/chaos/driver/chaos_options.h"
#include "tests/chaos/history/checker.h"

namespace agent::chaos {

struct RunReport {
  uint64_t seed = 0;
  absl::Duration took;
  std::map<FaultKind, FaultCount> faults;
  int node_restarts = 0;
  Report check;
  // Faults that were asked for and did not strike open work often enough.
  std::vector<std::string> missing_evidence;
};

// What lacks of what was asked for.
std::vector<std::string> MissingEvidence(
    const ChaosOptions& options, const std::map<FaultKind, FaultCount>& faults,
    int64_t runs);

std::string ToTable(const RunReport& report);
std::string ToJson(const RunReport& report);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_DRIVER_RUN_REPORT_H_
