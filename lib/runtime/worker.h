// Executes runs: finds conversations with work, takes their leases, runs their
// agents on a bounded pool, stores what they say, and hands over what it cannot
// finish.
#ifndef AGENT_LIB_RUNTIME_WORKER_H_
#define AGENT_LIB_RUNTIME_WORKER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "lib/agent/agent.h"
#include "lib/agent/response_callback.h"
#include "lib/base/timer_queue.h"
#include "lib/log/limits.h"
#include "lib/log/run_store.h"
#include "lib/log/work_queue.h"

namespace agent {

struct WorkerOptions {
  std::string worker_id;  // unique among workers
  int max_concurrent_runs = 64;
  RunLimits limits;
  absl::Duration sweep_interval = absl::Seconds(2);
  absl::Duration rescan_interval = absl::Hours(1);
};

// Calls `look` when something other than its run happened to a conversation,
// such as a cancellation, until the result is dropped: a hint. As
// TailHub::WatchRecord.
using WatchConversation = std::function<std::shared_ptr<void>(
    std::string_view conversation_id, std::function<void()> look)>;

// What a worker works with; all must outlive it.
struct WorkerServices {
  RunStore* runs = nullptr;
  WorkQueue* work = nullptr;
  AgentDirectory* directory = nullptr;
  TimerQueue* timers = nullptr;
  // Chunks that Redis has acknowledged, in order: feeds the process's readers.
  // Must be thread-safe and must not block. May be empty.
  std::function<void(std::string_view conversation_id, std::vector<ChunkPtr>)>
      on_stored;
  AgentResponseCallback* callback = nullptr;  // may be null
  WatchConversation watch;  // may be empty: a heartbeat finds it, too
  // An attempt of this worker's is over, however. May be empty.
  std::function<void(const std::string& run_id)> on_attempt_over;
};

// Thread-safe.
class Worker {
 public:
  // Announces the agents and begins to take work.
  static std::unique_ptr<Worker> Start(
      WorkerOptions options, WorkerServices services,
      std::vector<std::shared_ptr<Agent>> agents);

  // Drains with no time if Drain was not called.
  virtual ~Worker() = default;

  // Takes no more work; lets runs go on for at most `patience`, then stops them
  // and releases their leases, so that another worker takes them over at once.
  // Returns when every run has ended or been released; when the store does not
  // answer, a second or two after `patience` at the latest: leases then lapse.
  virtual void Drain(absl::Duration patience) = 0;

  // Redis was restarted: look for what its lost tail may have left behind.
  virtual void OnStoreRestart() = 0;

  virtual int active_runs() const = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_WORKER_H_
