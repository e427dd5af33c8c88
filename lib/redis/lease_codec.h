// BEGIN's and APPEND's arguments and answers; the order is that of the scripts.
#ifndef AGENT_LIB_REDIS_LEASE_CODEC_H_
#define AGENT_LIB_REDIS_LEASE_CODEC_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/log/limits.h"
#include "lib/log/run_store.h"
#include "lib/redis/dead_letters.h"
#include "lib/redis/reply.h"

namespace agent {

// `judge_only`: take no run, only end what must end.
std::vector<std::string> EncodeBegin(const RunLimits& limits,
                                     std::string_view token, bool judge_only);

// A BEGIN's answer before messages are read.
struct BeginAnswer {
  BeginOutcome outcome;  // without history and steps
  std::string agent;     // empty when idle
  // Of kRun: the user's message stands at `base` in `h`, the steps behind it.
  int64_t base = 0;
  int64_t lease_deadline_ms = 0;
  std::vector<DeadLetter> owed;
};
absl::StatusOr<BeginAnswer> DecodeBegin(const std::string& conversation_id,
                                        const std::string& token,
                                        ReplyView reply);

std::vector<std::string> EncodeAppend(const RunLimits& limits,
                                      const AppendRequest& request);

struct AppendAnswer {
  AppendOutcome outcome;
  std::string agent;  // of kOk
};
absl::StatusOr<AppendAnswer> DecodeAppend(ReplyView answer);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_LEASE_CODEC_H_
