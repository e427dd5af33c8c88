// What Redis' error replies mean: by their first word, once, for everybody.
#ifndef AGENT_LIB_REDIS_REDIS_ERROR_H_
#define AGENT_LIB_REDIS_REDIS_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace agent {

enum class RedisErrorKind {
  kPassing,   // nothing was done; the same command may soon succeed
  kReadOnly,  // as kPassing, but another Redis may be the writable one
  kNoScript,
  kFull,
  kAuth,
  kOther,
};

RedisErrorKind KindOfRedisError(std::string_view text);

// As promised in redis_client.h: without Redis' text.
absl::Status StatusOfRedisError(RedisErrorKind kind);

// For logs: bounded, and without the arguments that Redis repeats in some.
std::string LoggableRedisError(std::string_view text);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_ERROR_H_
