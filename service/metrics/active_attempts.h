// The attempts that this process is making, as the metrics need to know them.
#ifndef AGENT_SERVICE_METRICS_ACTIVE_ATTEMPTS_H_
#define AGENT_SERVICE_METRICS_ACTIVE_ATTEMPTS_H_

#include <string>
#include <unordered_map>

#include "lib/base/mutex.h"
#include "lib/log/run_store.h"
#include "service/metrics/service_metrics.h"

namespace agent {

// Thread-safe. Holds as many as the worker executes at a time.
class ActiveAttempts {
 public:
  explicit ActiveAttempts(ServiceMetrics* metrics) : metrics_(metrics) {}

  void Began(const RunAssignment& assignment);
  // `text`: the append held a piece of the response.
  void Wrote(const std::string& run_id, bool text, int64_t write_time_ms);
  // The run's end is stored.
  void Ended(const std::string& run_id, RunState state);
  // The attempt is over, or was given back before it began.
  void Over(const std::string& run_id);

 private:
  struct Attempt {
    std::string agent;
    int64_t start_time_ms = 0;
    bool awaits_text = false;
  };

  ServiceMetrics* const metrics_;
  Mutex mu_;
  std::unordered_map<std::string, Attempt> attempts_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_SERVICE_METRICS_ACTIVE_ATTEMPTS_H_
