#include "tests/chaos/cluster/fault_log.h"

#include <fstream>
#include <utility>

namespace agent::chaos {
namespace {

std::string Clock(absl::Time time) {
  return absl::FormatTime("%H:%M:%E3S", time, absl::UTCTimeZone());
}

}  // namespace

FaultLog::FaultLog(std::string path) : path_(std::move(path)) {}

size_t FaultLog::Strike(Fault fault) {
  MutexLock lock(&mu_);
  Write(fault, "strikes", fault.begin);
  faults_.push_back(std::move(fault));
  return faults_.size() - 1;
}

void FaultLog::Heal(size_t id, absl::Time when) {
  MutexLock lock(&mu_);
  faults_[id].end = when;
  Write(faults_[id], "healed", when);
}

std::vector<Fault> FaultLog::All() {
  MutexLock lock(&mu_);
  return faults_;
}

std::map<FaultKind, FaultCount> FaultLog::Counts() {
  MutexLock lock(&mu_);
  std::map<FaultKind, FaultCount> counts;
  for (const Fault& fault : faults_) {
    FaultCount& count = counts[fault.kind];
    ++count.struck;
    if (fault.open_runs > 0) ++count.with_open_work;
  }
  return counts;
}

void FaultLog::Write(const Fault& fault, const char* what,
                     absl::Time when) const {
  if (path_.empty()) return;
  std::ofstream file(path_, std::ios::app);
  file << Clock(when) << " " << FaultName(fault.kind) << " " << what;
  if (fault.node >= 0) file << " node=" << fault.node;
  file << " open_runs=" << fault.open_runs;
  if (!fault.detail.empty()) file << " (" << fault.detail << ")";
  if (fault.kept_until.has_value()) {
    file << " kept_until=" << Clock(*fault.kept_until);
  }
  file << std::endl;
}

}  // namespace agent::chaos
