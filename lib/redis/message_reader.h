// Reads a conversation's messages out of its `h` hash, a page after another, so
// that no command holds Redis up for long.
#ifndef AGENT_LIB_REDIS_MESSAGE_READER_H_
#define AGENT_LIB_REDIS_MESSAGE_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/callback.h"
#include "lib/log/message.h"
#include "lib/redis/redis_client.h"

namespace agent {

struct IndexedMessage {
  int64_t index = 0;
  Message message;
};

// Those of the indexes [from, to) that exist, in order. One that is missing (a
// conversation deleted meanwhile) or cannot be read is left out. UNAVAILABLE.
// `client` must outlive the call.
void ReadMessages(RedisClient* client, const std::string& conversation_id,
                  int64_t from, int64_t to,
                  Callback<std::vector<IndexedMessage>> done);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_MESSAGE_READER_H_
