// Reads a conversation's messages out of its `h` hash, a page after another and
// the newest first, so that no command holds Redis up for long and no
// conversation is too large for who reads it.
#ifndef AGENT_LIB_REDIS_MESSAGE_READER_H_
#define AGENT_LIB_REDIS_MESSAGE_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/callback.h"
#include "lib/log/message.h"
#include "lib/redis/redis_client.h"
#include "lib/redis/scripts.h"

namespace agent {

struct IndexedMessage {
  int64_t index = 0;
  Message message;
};

// Which messages: the indexes [from, to).
struct MessageRange {
  std::string conversation_id;
  int64_t from = 0;
  int64_t to = 0;
  // Of those below `bounded_to` the newest whose JSON has so many bytes
  // together; the newest one in any case.
  int64_t bounded_to = 0;
  int64_t max_bytes = 0;
  // A run that fails takes its steps back, and another may write over them
  // while we read: those from `steps_from` on count only if this run is active
  // all the while. Empty: they are there to stay.
  std::string active_run;
  int64_t steps_from = 0;
};

// Those that exist, in order. One that is missing (a conversation deleted
// meanwhile) or cannot be read is left out. UNAVAILABLE. `client` and `scripts`
// must outlive the call.
void ReadMessages(RedisClient* client, const Scripts* scripts,
                  MessageRange range,
                  Callback<std::vector<IndexedMessage>> done);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_MESSAGE_READER_H_
