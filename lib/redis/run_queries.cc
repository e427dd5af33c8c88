// The part of RedisRunStore that answers questions about one conversation, and
// changes it from outside: cancels and deletes.
#include <algorithm>
#include <memory>
#include <utility>

#include "lib/base/digest.h"
#include "lib/redis/conversation_codec.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/lifetimes.h"
#include "lib/redis/message_reader.h"
#include "lib/redis/page_token.h"
#include "lib/redis/redis_run_store.h"
#include "lib/redis/run_codec.h"
#include "lib/redis/store_errors.h"

namespace agent {
namespace {

// The newest messages that GetConversation returns; no more are kept (see
// MAX_MESSAGES in closing.lua). Their bytes are bounded, too: a run may have 16
// MiB, and an answer goes out in one piece.
constexpr int64_t kMaxMessages = 10000;
constexpr int64_t kMaxMessagesBytes = 32 << 20;

MessageRange AllMessages(const ConversationHead& head) {
  MessageRange range;
  range.conversation_id = head.conversation.conversation_id;
  range.to = range.bounded_to = head.message_count;
  range.from = std::max<int64_t>(0, range.to - kMaxMessages);
  range.max_bytes = kMaxMessagesBytes;
  if (head.active_base >= 0) {
    range.active_run = head.conversation.active_run_id;
    range.steps_from = head.active_base + 1;
  }
  return range;
}

// A page token is of one conversation.
std::string RunListing(std::string_view conversation_id) {
  return "runs of " + Sha256Hex(conversation_id);
}

// {OK, id, fields}, as CANCEL and get_run answer.
absl::StatusOr<Run> DecodeRunAnswer(const std::string& conversation_id,
                                    const absl::StatusOr<Reply>& reply) {
  if (!reply.ok()) return reply.status();
  const absl::Status status = StatusOfAnswer(reply->view());
  if (!status.ok()) return status;
  return DecodeRun(conversation_id, (*reply)[1].Text(), (*reply)[2]);
}

// Calls `done` once all of `count` parts were told; the first error wins.
class Join {
 public:
  Join(size_t count, StatusCallback done)
      : left_(count), done_(std::move(done)) {}
  void Tell(const absl::Status& status) {
    MutexLock lock(&mu_);
    status_.Update(status);
    if (--left_ == 0) std::move(done_)(status_);
  }

 private:
  Mutex mu_;
  size_t left_ ABSL_GUARDED_BY(mu_);
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  StatusCallback done_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

void RedisRunStore::Cancel(ConversationKey conversation, std::string run_id,
                           Callback<Run> done) {
  std::vector<std::string> args = LifetimeArgs(context_.limits);
  args.insert(args.end(), {std::move(run_id), conversation.principal});
  auto keys = keys::OfConversation(conversation.conversation_id);
  context_.client->Run(
      context_.scripts->cancel, std::move(keys), std::move(args),
      [this, id = std::move(conversation.conversation_id),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        absl::StatusOr<Run> run = DecodeRunAnswer(id, reply);
        if (run.ok() && run->state == RunState::kRunning) {
          // It may wait for its next attempt, with nobody to hear of it.
          context_.due->Request({run->agent, id}, absl::ZeroDuration(),
                                [](const absl::Status&) {});
        }
        std::move(done)(std::move(run));
      });
}

void RedisRunStore::Delete(ConversationKey conversation, bool force,
                           StatusCallback done) {
  auto keys = keys::OfConversation(conversation.conversation_id);
  context_.client->Run(
      context_.scripts->remove, std::move(keys), {conversation.principal, "0"},
      [this, conversation, force,
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        if (force && (*reply)[0].Text() == "ACTIVE") {
          return OnDeleteRefused(conversation, (*reply)[1], std::move(done));
        }
        const absl::Status status = StatusOfAnswer(reply->view());
        if (status.ok()) {
          context_.conversations->Remove(std::string((*reply)[1].Text()),
                                         conversation.conversation_id);
        }
        std::move(done)(status);
      });
}

// Cancels what is active, then deletes whatever its state is by then: who
// executes it is told that it is gone.
void RedisRunStore::OnDeleteRefused(const ConversationKey& conversation,
                                    ReplyView runs, StatusCallback done) {
  auto remove = [this, conversation, done = std::move(done)](
                    const absl::Status& cancelled) mutable {
    if (absl::IsUnavailable(cancelled)) return std::move(done)(cancelled);
    context_.client->Run(
        context_.scripts->remove,
        keys::OfConversation(conversation.conversation_id),
        {conversation.principal, "1"},
        [this, conversation,
         done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
          if (!reply.ok()) return std::move(done)(reply.status());
          const absl::Status status = StatusOfAnswer(reply->view());
          if (status.ok()) {
            context_.conversations->Remove(std::string((*reply)[1].Text()),
                                           conversation.conversation_id);
          }
          std::move(done)(status);
        });
  };
  auto join = std::make_shared<Join>(std::max<size_t>(1, runs.size()),
                                     std::move(remove));
  if (runs.size() == 0) return join->Tell(absl::OkStatus());
  for (size_t i = 0; i < runs.size(); ++i) {
    Cancel(
        conversation, std::string(runs[i].Text()),
        [join](const absl::StatusOr<Run>& run) { join->Tell(run.status()); });
  }
}

void RedisRunStore::GetRun(ConversationKey conversation, std::string run_id,
                           Callback<Run> done) {
  auto keys = keys::OfConversation(conversation.conversation_id);
  context_.client->Run(
      context_.scripts->get_run, std::move(keys),
      {conversation.principal, std::move(run_id)},
      [id = std::move(conversation.conversation_id),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        std::move(done)(DecodeRunAnswer(id, reply));
      });
}

void RedisRunStore::ListRuns(ConversationKey conversation, int page_size,
                             std::string page_token, Callback<Page<Run>> done) {
  const std::string listing = RunListing(conversation.conversation_id);
  auto before = DecodePageToken(listing, page_token);
  if (!before.ok()) return std::move(done)(before.status());
  auto keys = keys::OfConversation(conversation.conversation_id);
  context_.client->Run(
      context_.scripts->list_runs, std::move(keys),
      {conversation.principal, std::to_string(page_size), *std::move(before)},
      [listing, id = std::move(conversation.conversation_id),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        const absl::Status status = StatusOfAnswer(reply->view());
        if (!status.ok()) return std::move(done)(status);
        Page<Run> page;
        const ReplyView runs = (*reply)[1];
        for (size_t i = 0; i < runs.size(); ++i) {
          page.items.push_back(DecodeRun(id, runs[i][0].Text(), runs[i][1]));
        }
        if ((*reply)[2].Integer() != 0 && !page.items.empty()) {
          page.next_page_token =
              EncodePageToken(listing, page.items.back().run_id);
        }
        std::move(done)(std::move(page));
      });
}

void RedisRunStore::GetConversation(ConversationKey conversation,
                                    Callback<Conversation> done) {
  auto keys = keys::OfConversation(conversation.conversation_id);
  context_.client->Run(
      context_.scripts->get_conversation, std::move(keys),
      {conversation.principal},
      [this, id = std::move(conversation.conversation_id),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        auto header = DecodeConversation(id, reply);
        if (!header.ok()) return std::move(done)(header.status());
        MessageRange range = AllMessages(*header);
        ReadMessages(
            context_.client, context_.scripts, std::move(range),
            [header = *std::move(header), done = std::move(done)](
                absl::StatusOr<std::vector<IndexedMessage>> found) mutable {
              if (!found.ok()) return std::move(done)(found.status());
              for (IndexedMessage& entry : *found) {
                header.conversation.messages.push_back(
                    std::move(entry.message));
              }
              std::move(done)(std::move(header.conversation));
            });
      });
}

}  // namespace agent
