#include "lib/redis/conversation_index.h"

#include <utility>

#include "lib/redis/key_schema.h"

namespace agent {
namespace {

// At a time: a few ms of Redis'.
constexpr char kMaxForgotten[] = "5000";

void Ignore(const absl::StatusOr<Reply>&) {}

}  // namespace

void ConversationIndex::Touch(const std::string& agent,
                              const std::string& conversation_id,
                              int64_t now_ms) {
  const std::string score = std::to_string(now_ms);
  client_->Send({"ZADD", keys::Conversations(""), "GT", score, conversation_id},
                Ignore);
  client_->Send(
      {"ZADD", keys::Conversations(agent), "GT", score, conversation_id},
      Ignore);
}

void ConversationIndex::Remove(const std::string& agent,
                               const std::string& conversation_id) {
  client_->Send({"ZREM", keys::Conversations(""), conversation_id}, Ignore);
  client_->Send({"ZREM", keys::Conversations(agent), conversation_id}, Ignore);
}

void ConversationIndex::Prune(const std::string& agent,
                              const std::vector<ListedConversation>& expired) {
  if (expired.empty()) return;
  std::vector<std::string> args;
  for (const ListedConversation& gone : expired) {
    args.push_back(gone.conversation_id);
    args.push_back(std::to_string(gone.active_ms));
  }
  client_->Run(scripts_->remove_unchanged, {keys::Conversations(agent)},
               std::move(args), Ignore);
}

void ConversationIndex::ForgetOld(const std::string& agent,
                                  absl::Duration age) {
  client_->Run(scripts_->forget_old, {keys::Conversations(agent)},
               {std::to_string(absl::ToInt64Milliseconds(age)), kMaxForgotten},
               Ignore);
}

void ConversationIndex::Read(const std::string& agent,
                             const ListedConversation& after, int max,
                             Callback<std::vector<ListedConversation>> done) {
  client_->Run(scripts_->list_index, {keys::Conversations(agent)},
               {std::to_string(after.active_ms), after.conversation_id,
                std::to_string(max)},
               [done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
                 if (!reply.ok()) return std::move(done)(reply.status());
                 std::vector<ListedConversation> page;
                 const ReplyView members = reply->view();
                 for (size_t i = 0; i + 1 < members.size(); i += 2) {
                   page.push_back({std::string(members[i].Text()),
                                   members[i + 1].Integer()});
                 }
                 std::move(done)(std::move(page));
               });
}

}  // namespace agent
