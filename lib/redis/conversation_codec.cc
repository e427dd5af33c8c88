#include "lib/redis/conversation_codec.h"

#include <algorithm>

#include "lib/redis/store_errors.h"

namespace agent {

absl::StatusOr<ConversationHead> DecodeConversation(
    const std::string& conversation_id, const absl::StatusOr<Reply>& reply) {
  if (!reply.ok()) return reply.status();
  const ReplyView answer = reply->view();
  const absl::Status status = StatusOfAnswer(answer);
  if (!status.ok()) return status;
  ConversationHead head;
  Conversation& conversation = head.conversation;
  conversation.conversation_id = conversation_id;
  conversation.agent = answer[2].Text();
  conversation.create_time_ms = answer[3].Integer();
  conversation.update_time_ms = answer[4].Integer();
  head.message_count = answer[5].Integer();
  conversation.active_run_id = answer[6].Text();
  conversation.queued_runs = static_cast<int>(answer[7].Integer());
  conversation.expire_time_ms =
      answer[1].Integer() + std::max<int64_t>(0, answer[8].Integer());
  head.active_base = answer[9].Integer();
  return head;
}

}  // namespace agent
