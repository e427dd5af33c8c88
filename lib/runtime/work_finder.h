// Finds conversations that may need a worker: waits for hints while there is
// room, sweeps what is due, and walks all records at the start, hourly and when
// the store was restarted. Hints may be lost; the sweep finds who is forgotten.
#ifndef AGENT_LIB_RUNTIME_WORK_FINDER_H_
#define AGENT_LIB_RUNTIME_WORK_FINDER_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/base/backoff.h"
#include "lib/base/mutex.h"
#include "lib/runtime/dispatcher.h"
#include "lib/runtime/periodic.h"
#include "lib/runtime/worker.h"

namespace agent {

// Thread-safe.
class WorkFinder : public std::enable_shared_from_this<WorkFinder> {
 public:
  // `agents`: lower case. Begins at once.
  static std::shared_ptr<WorkFinder> Start(
      const WorkerOptions& options, const WorkerServices& services,
      std::vector<std::string> agents, std::shared_ptr<Dispatcher> dispatcher);

  // There is room again.
  void Poke();

  // Looks through all records, again and again until that succeeded.
  void Rescan();

  // Asks no more. What an answer still brings is given back.
  void Stop();

  // After Stop: waits until nothing is asked any more, so that no hint is lost
  // with its answer; false when the deadline passed.
  bool AwaitQuiet(SteadyTime deadline);

 private:
  WorkFinder(const WorkerOptions& options, const WorkerServices& services,
             std::vector<std::string> agents,
             std::shared_ptr<Dispatcher> dispatcher);

  bool Ask();  // counts a question; false when stopped
  void Answered();
  void AwaitHint();
  void OnHints(absl::StatusOr<std::vector<WorkHint>> hints);
  void Sweep();
  void TakeDue(const std::string& agent);
  void RescanAgainUnless(bool succeeded);

  const WorkerServices services_;
  const std::vector<std::string> agents_;
  const std::shared_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<Periodic> sweeps_;
  std::shared_ptr<Periodic> rescans_;

  Mutex mu_;
  CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  bool awaiting_hint_ ABSL_GUARDED_BY(mu_) = false;  // or its back-off
  int asked_ ABSL_GUARDED_BY(mu_) = 0;               // questions not answered
  Backoff backoff_ ABSL_GUARDED_BY(mu_);
  bool rescan_waits_ ABSL_GUARDED_BY(mu_) = false;
  Backoff rescan_backoff_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_WORK_FINDER_H_
