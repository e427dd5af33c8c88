// The threads on which agents run and may block.
#ifndef AGENT_LIB_RUNTIME_RUN_POOL_H_
#define AGENT_LIB_RUNTIME_RUN_POOL_H_

#include <deque>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "lib/base/mutex.h"

namespace agent {

// Thread-safe. Threads are made when no idle one is there, at most
// `max_threads`, and kept. Its user bounds what waits: one that runs no more
// than `max_threads` functions at a time never makes one wait.
class RunPool {
 public:
  explicit RunPool(int max_threads);
  // Waits for all functions, also those that have not begun.
  ~RunPool();
  RunPool(const RunPool&) = delete;
  RunPool& operator=(const RunPool&) = delete;

  void Run(absl::AnyInvocable<void() &&> function);

 private:
  void Loop();

  const size_t max_threads_;
  Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  size_t idle_ ABSL_GUARDED_BY(mu_) = 0;
  std::deque<absl::AnyInvocable<void() &&>> waiting_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_RUN_POOL_H_
