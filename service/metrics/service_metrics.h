// What the service tells Prometheus of itself. Names, labels and meanings:
// docs/operations.md.
#ifndef AGENT_SERVICE_METRICS_SERVICE_METRICS_H_
#define AGENT_SERVICE_METRICS_SERVICE_METRICS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/log/run.h"
#include "lib/redis/redis_store.h"

namespace agent {

// Labels have few values: agents' names, states, canonical codes; never a run
// or a conversation. Thread-safe; no method blocks.
class ServiceMetrics {
 public:
  ServiceMetrics();
  ~ServiceMetrics();
  ServiceMetrics(const ServiceMetrics&) = delete;
  ServiceMetrics& operator=(const ServiceMetrics&) = delete;

  // Runs.
  void RunAccepted(const std::string& agent);
  // `attempt` from 1: a later one is a take-over or a retry.
  void AttemptBegan(const std::string& agent, int attempt);
  void AttemptOver(const std::string& agent);
  void RunEnded(const std::string& agent, RunState state);
  void FirstChunk(const std::string& agent, absl::Duration after_start);

  // Writing.
  void Appended(absl::Duration took, int64_t chunks, int64_t written);
  void FencedWrite();
  void TailLost();

  // Reading. `reason`: "live", "start" or "cursor".
  void StreamOpened(const std::string& reason);
  void Relayed(int64_t chunks);
  void StreamEnded(const absl::Status& status);
  void CaughtUp(int64_t chunks);

  // The store.
  void StoreFailed(const std::string& operation, const absl::Status& status);

  // What is counted elsewhere, as it is now; before Text.
  void SetOpenStreams(int64_t streams);
  void SetStore(const StoreStats& stats, bool healthy);

  // Prometheus' text format, version 0.0.4.
  std::string Text() const;

 private:
  struct Families;
  const std::unique_ptr<Families> families_;
};

// "completed" and so on.
std::string StateName(RunState state);

}  // namespace agent

#endif  // AGENT_SERVICE_METRICS_SERVICE_METRICS_H_
