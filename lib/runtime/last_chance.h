// A run's last attempt, where earlier ones died with their workers. Runs that
// died together are begun again together: a run that kills its worker would
// take those beside it along each time, until their attempts are used up with
// its own. So a worker makes one such attempt at a time, and only the guilty
// run dies of it.
#ifndef AGENT_LIB_RUNTIME_LAST_CHANCE_H_
#define AGENT_LIB_RUNTIME_LAST_CHANCE_H_

#include <map>
#include <string>

#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/log/run.h"

namespace agent {

// Failures of which a worker told do not count: a model that is away fails many
// runs at once, and kills nobody.
bool IsLastChance(const RunAssignment& run, int max_attempts);

// The conversations whose last chances were put off, because another one was
// being taken. They are left to other workers for a while.
//
// Thread-compatible.
class PutOffChances {
 public:
  // Each time, and at each worker, costs the run one of its 999 attempt
  // numbers. The rest grows with them, so that ten workers take longer than an
  // hour to use them up.
  static constexpr absl::Duration kRest = absl::Seconds(5);
  static constexpr absl::Duration kMaxRest = absl::Minutes(1);

  // `attempt`: the number that was given back.
  void Add(const std::string& conversation_id, int attempt, SteadyTime now);

  // How long this worker is to leave it alone; zero: it need not.
  absl::Duration Rest(const std::string& conversation_id, SteadyTime now) const;

 private:
  // Of kMaxRest at most: older ones go as new ones come.
  std::map<std::string, SteadyTime> rest_until_;
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_LAST_CHANCE_H_
