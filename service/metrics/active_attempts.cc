#include "service/metrics/active_attempts.h"

namespace agent {

void ActiveAttempts::Began(const RunAssignment& assignment) {
  {
    MutexLock lock(&mu_);
    Attempt attempt{assignment.agent, assignment.start_time_ms,
                    assignment.attempt == 1};
    // BEGIN whose reply was lost is asked again, and is the same attempt.
    if (!attempts_.emplace(assignment.run_id, std::move(attempt)).second) {
      return;
    }
  }
  metrics_->AttemptBegan(assignment.agent, assignment.attempt);
}

void ActiveAttempts::Wrote(const std::string& run_id, bool text,
                           int64_t write_time_ms) {
  if (!text) return;
  MutexLock lock(&mu_);
  const auto found = attempts_.find(run_id);
  if (found == attempts_.end() || !found->second.awaits_text) return;
  found->second.awaits_text = false;
  metrics_->FirstChunk(
      found->second.agent,
      absl::Milliseconds(write_time_ms - found->second.start_time_ms));
}

void ActiveAttempts::Ended(const std::string& run_id, RunState state) {
  MutexLock lock(&mu_);
  const auto found = attempts_.find(run_id);
  if (found != attempts_.end()) metrics_->RunEnded(found->second.agent, state);
}

void ActiveAttempts::Over(const std::string& run_id) {
  MutexLock lock(&mu_);
  const auto found = attempts_.find(run_id);
  if (found == attempts_.end()) return;
  metrics_->AttemptOver(found->second.agent);
  attempts_.erase(found);
}

}  // namespace agent
