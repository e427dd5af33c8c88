// Walks all of Redis' keys for conversations with work that no index holds:
// what a power loss may leave.
#ifndef AGENT_LIB_REDIS_RESCAN_H_
#define AGENT_LIB_REDIS_RESCAN_H_

#include "lib/base/callback.h"
#include "lib/redis/store_context.h"

namespace agent {

// Cost: one SCAN of the key space, a script for each conversation. Calls back
// with how many conversations were put back into `agent-due`. UNAVAILABLE.
void RescanRecords(const StoreContext& context, Callback<int> done);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_RESCAN_H_
