// The faults that the nemesis brings about.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_FAULT_H_
#define AGENT_TESTS_CHAOS_CLUSTER_FAULT_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace agent::chaos {

enum class FaultKind {
  kNodeKill,    // SIGKILL of a node, and its restart
  kNodePause,   // SIGSTOP of a node for 1 to 2.5 leases
  kNodeDrain,   // SIGTERM of a node, and its restart
  kRedisKill,   // SIGKILL of Redis, and its restart
  kRedisPause,  // SIGSTOP of Redis
  kPowerLoss,   // SIGKILL of Redis, its last writes cut off, its restart
  kTornScript,  // a power loss that leaves the first half of a script
  kUsurper,  // a node pauses, Redis loses what it began, another begins it, the
             // first goes on, all within a lease
  kDropConnections,  // a node's connections to Redis are reset
  kLostReplies,      // a node's commands arrive, their replies do not
  kStall,            // nothing moves between a node and Redis for a time
  kCutOff,           // a node's connections are reset and new ones refused
  kScriptFlush,      // SCRIPT FLUSH
};

inline constexpr std::array kAllFaultKinds = {
    FaultKind::kNodeKill,        FaultKind::kNodePause,
    FaultKind::kNodeDrain,       FaultKind::kRedisKill,
    FaultKind::kRedisPause,      FaultKind::kPowerLoss,
    FaultKind::kTornScript,      FaultKind::kUsurper,
    FaultKind::kDropConnections, FaultKind::kLostReplies,
    FaultKind::kStall,           FaultKind::kCutOff,
    FaultKind::kScriptFlush,
};

// As on the command line: "node_kill".
std::string_view FaultName(FaultKind kind);

// "all", "none", or names with commas between; "all,-power_loss" takes one
// out. INVALID_ARGUMENT names the word that is none.
absl::StatusOr<std::vector<FaultKind>> ParseFaults(std::string_view list);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_FAULT_H_
