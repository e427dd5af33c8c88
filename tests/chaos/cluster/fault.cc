#include "tests/chaos/cluster/fault.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace agent::chaos {
namespace {

absl::StatusOr<FaultKind> ParseFault(const std::string& name) {
  for (const FaultKind kind : kAllFaultKinds) {
    if (name == FaultName(kind)) return kind;
  }
  return absl::InvalidArgumentError(absl::StrCat("no fault is called ", name));
}

}  // namespace

std::string_view FaultName(FaultKind kind) {
  switch (kind) {
    case FaultKind::kNodeKill:
      return "node_kill";
    case FaultKind::kNodePause:
      return "node_pause";
    case FaultKind::kNodeDrain:
      return "node_drain";
    case FaultKind::kRedisKill:
      return "redis_kill";
    case FaultKind::kRedisPause:
      return "redis_pause";
    case FaultKind::kPowerLoss:
      return "power_loss";
    case FaultKind::kTornScript:
      return "torn_script";
    case FaultKind::kUsurper:
      return "usurper";
    case FaultKind::kDropConnections:
      return "drop_connections";
    case FaultKind::kLostReplies:
      return "lost_replies";
    case FaultKind::kStall:
      return "stall";
    case FaultKind::kCutOff:
      return "cut_off";
    case FaultKind::kScriptFlush:
      return "script_flush";
  }
  return "";
}

absl::StatusOr<std::vector<FaultKind>> ParseFaults(std::string_view list) {
  std::vector<FaultKind> kinds;
  const std::vector<std::string> words =
      absl::StrSplit(absl::string_view(list.data(), list.size()), ',');
  for (std::string word : words) {
    if (word == "none") {
      kinds.clear();
      continue;
    }
    if (word == "all") {
      kinds.assign(kAllFaultKinds.begin(), kAllFaultKinds.end());
      continue;
    }
    const bool without = word.rfind('-', 0) == 0;
    if (without) word.erase(0, 1);
    const auto kind = ParseFault(word);
    if (!kind.ok()) return kind.status();
    std::erase(kinds, *kind);
    if (!without) kinds.push_back(*kind);
  }
  return kinds;
}

}  // namespace agent::chaos
