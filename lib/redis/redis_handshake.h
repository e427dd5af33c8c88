// The first words on a new connection, spoken while it still blocks.
#ifndef AGENT_LIB_REDIS_REDIS_HANDSHAKE_H_
#define AGENT_LIB_REDIS_REDIS_HANDSHAKE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/clock.h"
#include "lib/redis/redis_options.h"
#include "lib/redis/reply.h"

struct redisContext;

namespace agent {

// Belongs to one thread; `context` outlives it.
class RedisHandshake {
 public:
  RedisHandshake(redisContext* context, SteadyTime deadline)
      : context_(context), deadline_(deadline) {}

  // Bounds each read and write by the time left.
  absl::Status SetTimeout();

  // AUTH, SELECT, CLIENT SETNAME as far as asked for; returns the connection's
  // history(). Errors as in redis_dial.h.
  absl::StatusOr<std::string> Introduce(const RedisOptions& options);

 private:
  absl::Status Authenticate(const RedisAddress& address);
  absl::Status SelectDatabase(int database);
  absl::StatusOr<Reply> Ask(const std::vector<std::string>& words);

  redisContext* const context_;
  const SteadyTime deadline_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_HANDSHAKE_H_
