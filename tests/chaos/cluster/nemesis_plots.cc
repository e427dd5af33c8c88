// Faults that need several blows in a certain order, which chance brings about
// too rarely.
#include <algorithm>

#include "absl/time/clock.h"
#include "lib/base/status_macros.h"
#include "tests/chaos/cluster/nemesis.h"

namespace agent::chaos {
namespace {

// Two writes: a MULTI block in the append-only file. As any other user of the
// same Redis might write it.
constexpr char kNeighbour[] =
    "redis.call('SET', KEYS[1], '1', 'PX', 50) "
    "redis.call('SET', KEYS[1], '2', 'PX', 50)";
constexpr char kNeighbourKey[] = "chaos-neighbour";

}  // namespace

// What is left of the torn script comes to life when somebody closes its block,
// and nobody has had the file rewritten before: the nodes are kept away.
absl::StatusOr<bool> Nemesis::TearScript() {
  if (redis_busy_ ||
      std::count(link_busy_.begin(), link_busy_.end(), true) > 0) {
    return false;
  }
  const auto refuse = [this](bool refuses) {
    for (int i = 0; i < cluster_->size(); ++i) {
      cluster_->proxy().SetMood(i, {.refuses = refuses});
    }
  };
  ChaosRedis& redis = cluster_->redis();
  Fault fault = MakeFault(FaultKind::kTornScript);
  refuse(true);
  ASSIGN_OR_RETURN(const RedisEnd end,
                   redis.LosePower(&random_, ChaosRedis::Loss::kTorn));
  fault.detail = end.detail;
  fault.kept_until = end.kept_until;
  const size_t id = log_->Strike(std::move(fault));
  RETURN_IF_ERROR(redis.Restart());
  RETURN_IF_ERROR(
      redis.Command({"EVAL", kNeighbour, "1", kNeighbourKey}).status());
  static_cast<void>(redis.Kill());
  RETURN_IF_ERROR(redis.Restart());
  refuse(false);
  log_->Heal(id, absl::Now());
  return true;
}

// The same attempt is issued twice, and both its owners are alive.
absl::StatusOr<bool> Nemesis::Usurp() {
  if (redis_busy_) return false;
  const auto up = [this](int i) { return keeper_.Up(i); };
  const auto node = PickNode(up);
  const auto other =
      PickNode([&](int i) { return up(i) && i != node.value_or(i); });
  if (!other.has_value()) return false;
  Fault fault = MakeFault(FaultKind::kUsurper, *node);
  keeper_.Pause(*node, Leases(0.3, 0.6), [] {});
  ASSIGN_OR_RETURN(const RedisEnd end, cluster_->redis().LosePower(
                                           &random_, ChaosRedis::Loss::kMost));
  fault.detail = end.detail;
  fault.kept_until = end.kept_until;
  const size_t id = log_->Strike(std::move(fault));
  RETURN_IF_ERROR(cluster_->redis().Restart());
  log_->Heal(id, absl::Now());
  return true;
}

}  // namespace agent::chaos
