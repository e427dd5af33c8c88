// A conversation's head as get_conversation.lua answers it.
#ifndef AGENT_LIB_REDIS_CONVERSATION_CODEC_H_
#define AGENT_LIB_REDIS_CONVERSATION_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "lib/log/run.h"
#include "lib/redis/reply.h"

namespace agent {

struct ConversationHead {
  Conversation conversation;  // without messages
  // Messages below this index exist; others are of torn or ended runs.
  int64_t message_count = 0;
  // Where the active run's user message stands; its steps follow. -1: none.
  int64_t active_base = -1;
};

// NOT_FOUND, or the reply's error.
absl::StatusOr<ConversationHead> DecodeConversation(
    const std::string& conversation_id, const absl::StatusOr<Reply>& reply);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_CONVERSATION_CODEC_H_
