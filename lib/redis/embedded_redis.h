// A private redis-server on a Unix socket, for `--redis=embedded`: append-only
// file, fsync every second, no eviction.
#ifndef AGENT_LIB_REDIS_EMBEDDED_REDIS_H_
#define AGENT_LIB_REDIS_EMBEDDED_REDIS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/redis/redis_options.h"

namespace agent {

// Call Start on the main thread: the server ends when the thread that started
// it does, however the process dies.
class EmbeddedRedis {
 public:
  // Creates `data_dir` (0700), locks it for as long as the redis-server lives
  // (so that two never write one file, also when the service was killed),
  // starts the server and waits until it answers. FAILED_PRECONDITION: the
  // directory is in use, or redis-server is not installed or too old.
  static absl::StatusOr<std::unique_ptr<EmbeddedRedis>> Start(
      const std::string& data_dir);

  // Stops the server in order, so that nothing is lost, and waits for it.
  virtual ~EmbeddedRedis() = default;

  virtual const RedisAddress& address() const = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_EMBEDDED_REDIS_H_
