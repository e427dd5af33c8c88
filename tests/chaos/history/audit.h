// Looks at Redis itself when all is over.
#ifndef AGENT_TESTS_CHAOS_HISTORY_AUDIT_H_
#define AGENT_TESTS_CHAOS_HISTORY_AUDIT_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/redis/reply.h"
#include "tests/chaos/history/facts.h"

namespace agent::chaos {

// One command on a connection to Redis; blocks.
using RedisCommand =
    std::function<absl::StatusOr<Reply>(const std::vector<std::string>& words)>;

// SCANs all keys with their type and PTTL, and reads every log and the
// `agent-due:*` sets. The command's error, or INTERNAL for an entry or a reply
// that cannot be read.
absl::StatusOr<RedisAudit> AuditRedis(const RedisCommand& command);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_AUDIT_H_
