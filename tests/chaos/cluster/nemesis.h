// Breaks a cluster again and again, and mends it in between.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_NEMESIS_H_
#define AGENT_TESTS_CHAOS_CLUSTER_NEMESIS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/chaos/cluster/cluster.h"
#include "tests/chaos/cluster/fault_log.h"
#include "tests/chaos/cluster/fault_schedule.h"
#include "tests/chaos/cluster/node_keeper.h"

namespace agent::chaos {

struct NemesisOptions {
  uint64_t seed = 1;
  std::vector<FaultKind> kinds;  // none: it only keeps the nodes running
  absl::Duration interval = absl::Milliseconds(700);
  // Runs that a fault would strike now.
  std::function<int()> open_runs;
};

// Faults may overlap, but none strikes what another still holds: a node's
// process, its link to Redis, Redis. Runs on the cluster's thread.
class Nemesis {
 public:
  // All must outlive it.
  Nemesis(Cluster* cluster, FaultLog* log, NemesisOptions options);
  ~Nemesis();

  // Strikes until `done`, which is asked some hundred times a second. Fails
  // where the cluster cannot be mended.
  absl::Status Run(const std::function<bool()>& done);
  // As Run, but without striking: nodes that end by themselves are started
  // again.
  absl::Status Keep(const std::function<bool()>& done);
  // Mends everything; returns when all nodes are ready.
  absl::Status Heal();

  // Exits of nodes that no fault explains, such as crashes.
  const std::vector<std::string>& unexpected_exits() const {
    return keeper_.unexpected_exits();
  }
  int restarts() const { return keeper_.restarts(); }

 private:
  using Mending = std::function<absl::Status()>;

  absl::Status Tick();
  absl::Status MendDue();
  absl::Status StrikeNext();
  // These say false when what they would strike is not free.
  absl::StatusOr<bool> Strike(FaultKind kind);
  bool StrikeNode(FaultKind kind);
  bool StrikeLink(FaultKind kind);
  absl::StatusOr<bool> StrikeRedis(FaultKind kind);
  absl::Status EndRedis(FaultKind kind);
  absl::StatusOr<bool> TearScript();
  absl::StatusOr<bool> Usurp();
  absl::Status StartRedis(FaultKind kind, size_t fault);

  // Now, and against what was open when it was chosen.
  Fault MakeFault(FaultKind kind, int node = kRedisItself) const;
  size_t Note(FaultKind kind, int node = kRedisItself);
  void After(absl::Duration delay, Mending act);
  // A time of so many leases.
  absl::Duration Leases(double least, double most);
  std::optional<int> PickNode(const std::function<bool(int)>& free);

  Cluster* const cluster_;
  FaultLog* const log_;
  const NemesisOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<FaultSchedule> schedule_;
  NodeKeeper keeper_;
  std::multimap<absl::Time, Mending> mendings_;
  absl::Time next_strike_;
  int open_runs_ = 0;  // when the present fault struck
  std::vector<bool> link_busy_;
  bool redis_busy_ = false;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_NEMESIS_H_
