// Dials on a thread of its own, so that an event loop never waits for it.
#ifndef AGENT_LIB_REDIS_REDIS_DIALER_H_
#define AGENT_LIB_REDIS_REDIS_DIALER_H_

#include <memory>
#include <optional>
#include <thread>

#include "absl/status/statusor.h"
#include "lib/base/mutex.h"
#include "lib/redis/redis_connection.h"
#include "lib/redis/redis_dial.h"
#include "lib/redis/redis_options.h"
#include "lib/redis/waker.h"

namespace agent {

// Belongs to one thread, the loop's.
class RedisDialer {
 public:
  using Result = absl::StatusOr<std::unique_ptr<RedisConnection>>;

  // Both outlive it. `waker` is woken when a result is there.
  RedisDialer(const RedisOptions* options, Waker* waker)
      : options_(options), waker_(waker) {}
  // Interrupts an attempt and waits for its end.
  ~RedisDialer();
  RedisDialer(const RedisDialer&) = delete;
  RedisDialer& operator=(const RedisDialer&) = delete;

  // One attempt at a time: not while dialing().
  void Start();
  bool dialing() const { return thread_.joinable(); }
  // The attempt's result, once, when it has ended.
  std::optional<Result> Take();

 private:
  const RedisOptions* const options_;
  Waker* const waker_;
  DialInterrupt interrupt_;
  Mutex mu_;
  std::optional<Result> result_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_DIALER_H_
