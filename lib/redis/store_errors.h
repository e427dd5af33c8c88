// The first word of a script's answer as a status.
#ifndef AGENT_LIB_REDIS_STORE_ERRORS_H_
#define AGENT_LIB_REDIS_STORE_ERRORS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/redis/reply.h"

namespace agent {

// OK for "OK"; else the error that the word stands for. What no script answers
// is INTERNAL.
absl::Status StatusOfAnswer(ReplyView answer);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_STORE_ERRORS_H_
