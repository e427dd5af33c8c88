// What the parts of the store share.
#ifndef AGENT_LIB_REDIS_STORE_CONTEXT_H_
#define AGENT_LIB_REDIS_STORE_CONTEXT_H_

#include "lib/log/limits.h"
#include "lib/redis/conversation_index.h"
#include "lib/redis/due_index.h"
#include "lib/redis/redis_client.h"
#include "lib/redis/scripts.h"

namespace agent {

// All must outlive the part that is given it, and every callback of `client`.
struct StoreContext {
  RedisClient* client = nullptr;
  const Scripts* scripts = nullptr;
  DueIndex* due = nullptr;
  ConversationIndex* conversations = nullptr;
  RunLimits limits;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_STORE_CONTEXT_H_
