// What the nemesis did, when, and whether there was work for it to harm.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_FAULT_LOG_H_
#define AGENT_TESTS_CHAOS_CLUSTER_FAULT_LOG_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/mutex.h"
#include "tests/chaos/cluster/fault.h"

namespace agent::chaos {

inline constexpr int kRedisItself = -1;

struct Fault {
  FaultKind kind = FaultKind::kNodeKill;
  int node = kRedisItself;
  absl::Time begin;
  std::optional<absl::Time> end;  // healed; none while it lasts
  int open_runs = 0;              // accepted and not ended when it struck
  std::string detail;             // "cut 1234 bytes within a block"
  // Of Redis' end: what was written before this is still there. None: all is.
  std::optional<absl::Time> kept_until;
};

struct FaultCount {
  int struck = 0;
  int with_open_work = 0;
};

// Thread-safe. Also writes each line to `path` as it comes, unless it is empty.
class FaultLog {
 public:
  explicit FaultLog(std::string path = "");

  // Returns what Heal wants.
  size_t Strike(Fault fault);
  void Heal(size_t id, absl::Time when);

  std::vector<Fault> All();
  std::map<FaultKind, FaultCount> Counts();

 private:
  void Write(const Fault& fault, const char* what, absl::Time when) const;

  const std::string path_;
  Mutex mu_;
  std::vector<Fault> faults_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_FAULT_LOG_H_
