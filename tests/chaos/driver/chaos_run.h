// One chaos run, from an empty Redis to a verdict.
#ifndef AGENT_TESTS_CHAOS_DRIVER_CHAOS_RUN_H_
#define AGENT_TESTS_CHAOS_DRIVER_CHAOS_RUN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/chaos/cluster/cluster.h"
#include "tests/chaos/cluster/fault_log.h"
#include "tests/chaos/cluster/nemesis.h"
#include "tests/chaos/driver/chaos_options.h"
#include "tests/chaos/driver/run_report.h"
#include "tests/chaos/history/facts.h"
#include "tests/chaos/history/history.h"
#include "tests/chaos/history/workload.h"

namespace agent::chaos {

// On the main thread: the cluster's processes die with it.
class ChaosRun {
 public:
  // Leaves logs, Redis' files, the faults and the history in `dir`.
  ChaosRun(ChaosOptions options, std::string dir);
  ~ChaosRun();

  // Fails where there is nothing to judge: the cluster could not be started or
  // mended, or Redis not be read.
  absl::StatusOr<RunReport> Run();

 private:
  absl::Status StartCluster();
  absl::Status PlayUnderFaults();
  absl::Status Settle();
  absl::StatusOr<Facts> GatherFacts();

  void StartRound(int runs);
  bool RoundsDone();
  int OpenRuns() const;
  int EndedRuns() const;
  void TellProgress();
  void AddUnexpectedExits(Report* report) const;

  const ChaosOptions options_;
  const std::string dir_;
  const absl::Time began_;
  absl::Time told_;
  FaultLog log_;
  History history_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<Nemesis> nemesis_;
  std::vector<std::unique_ptr<Workload>> rounds_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_DRIVER_CHAOS_RUN_H_
