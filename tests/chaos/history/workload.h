// The clients of a chaos run: they submit, read, leave, come back, cancel and
// delete, by the rules of docs/protocol.md, and write down all they see.
#ifndef AGENT_TESTS_CHAOS_HISTORY_WORKLOAD_H_
#define AGENT_TESTS_CHAOS_HISTORY_WORKLOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/chaos/history/history.h"
#include "tests/chaos/run_plan.h"

namespace agent::chaos {

// Which agents are run, how often compared with each other, and what the runs
// are to do.
struct AgentShare {
  std::string agent = kSteady;
  int weight = 1;
  RunPlan plan;
};

struct WorkloadOptions {
  std::vector<std::string> addresses;  // of the nodes
  uint64_t seed = 1;
  int runs = 200;
  std::vector<AgentShare> agents = {{}};
  // Conversations at a time; each has 1 to `turns_max` runs, half of them
  // submitted while earlier ones are still open.
  int open_conversations = 8;
  int turns_max = 4;
  int readers_per_conversation = 3;
  // Of runs, of conversations: 0 to 1.
  double cancel_share = 0.08;
  double delete_share = 0.06;
  // How long one call may take; how long a reader stays before it leaves in
  // the middle, on average.
  absl::Duration call_timeout = absl::Seconds(4);
  absl::Duration mean_stay = absl::Milliseconds(700);
};

// Make it, Start it, bring the faults about, and when they are over:
// AwaitPlayed, Settle. Methods may be called from any thread, one after
// another; OpenRuns and EndedRuns at any time.
class Workload {
 public:
  // `history` must outlive it.
  Workload(WorkloadOptions options, History* history);
  ~Workload();  // Stop
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  void Start();

  // Runs that were accepted and that no client has seen end yet: whether a
  // fault strikes anything.
  int OpenRuns() const;
  int EndedRuns() const;

  // Waits until every conversation was played to its end; false: not in time.
  bool AwaitPlayed(absl::Duration timeout);

  // After the last fault: waits until every accepted run has ended, submits
  // again (with the same request_id) what a power loss took, then reads every
  // conversation from its beginning and looks at its runs for the last time.
  // DEADLINE_EXCEEDED: something is stuck; what could be looked at was, and the
  // checker will name it.
  absl::Status Settle(absl::Duration timeout);

  // Breaks everything off. May be called at any time, also more than once.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_WORKLOAD_H_
