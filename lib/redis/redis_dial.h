// Making a connection to Redis: blocking, bounded, and interruptible.
#ifndef AGENT_LIB_REDIS_REDIS_DIAL_H_
#define AGENT_LIB_REDIS_REDIS_DIAL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/base/mutex.h"
#include "lib/redis/redis_connection.h"
#include "lib/redis/redis_options.h"

namespace agent {

// Lets another thread end a dialling one early. Thread-safe.
class DialInterrupt {
 public:
  void Interrupt();

  // The dialling thread's: which socket to shut down; false if interrupted.
  bool Watch(int fd);
  void Unwatch();

 private:
  Mutex mu_;
  bool interrupted_ ABSL_GUARDED_BY(mu_) = false;
  int fd_ ABSL_GUARDED_BY(mu_) = -1;
};

// Connects, with TLS if asked for; AUTH, SELECT and CLIENT SETNAME; learns the
// history of its data. Blocks for at most `connect_timeout`, not counting the
// look-up of the name, which nothing interrupts. On a thread that has called
// BlockSignalsInThisThread.
//
// UNAVAILABLE: try again later. UNAUTHENTICATED, FAILED_PRECONDITION (no such
// database, TLS is not supported): trying again is of little use.
absl::StatusOr<std::unique_ptr<RedisConnection>> DialRedis(
    const RedisOptions& options, DialInterrupt* interrupt);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_DIAL_H_
