// Executes runs as the original samples do: takes one from the queue, and
// begins it from the beginning, whatever became of an earlier delivery.
#ifndef AGENT_TESTS_CHAOS_NODE_ORIGINAL_WORKER_H_
#define AGENT_TESTS_CHAOS_NODE_ORIGINAL_WORKER_H_

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "lib/agent/agent.h"
#include "tests/chaos/node/original_store.h"

namespace agent::chaos {

// One run at a time on each of its threads.
class OriginalWorker {
 public:
  // `store` must outlive it.
  OriginalWorker(OriginalStore* store,
                 std::vector<std::shared_ptr<Agent>> agents, int threads);
  // Leaves runs as they are: they are delivered again.
  ~OriginalWorker();

 private:
  void Work();
  void Execute(const OriginalRun& run);

  OriginalStore* const store_;
  const std::vector<std::shared_ptr<Agent>> agents_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_ORIGINAL_WORKER_H_
