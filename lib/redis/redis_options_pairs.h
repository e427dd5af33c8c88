// The `name=value,…` tail of `host:port,password=…,ssl=true`.
#ifndef AGENT_LIB_REDIS_REDIS_OPTIONS_PAIRS_H_
#define AGENT_LIB_REDIS_REDIS_OPTIONS_PAIRS_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace agent {

inline constexpr int kMaxRedisDatabase = 65535;

enum class RedisOption {
  kPassword,
  kUser,
  kSsl,
  kDefaultDatabase,
  // In the strings that Azure's portal gives out. Whether to give up when the
  // first connection fails is for other settings here: taken, and without
  // effect.
  kAbortConnect,
};

struct RedisOptionPair {
  RedisOption option;
  std::string_view value;
};

// Names are compared without regard to case. INVALID_ARGUMENT names an option
// that is not known, unless that might be a piece of a password with a comma.
absl::StatusOr<std::vector<RedisOptionPair>> SplitRedisOptionPairs(
    std::string_view text);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_OPTIONS_PAIRS_H_
