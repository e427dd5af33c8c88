// RedisRunStore::ListConversations: pages of the index, each conversation's
// record looked at, until a page is full.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "lib/base/error.h"
#include "lib/redis/conversation_codec.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/page_token.h"
#include "lib/redis/redis_run_store.h"

namespace agent {
namespace {

constexpr std::string_view kListing = "conversations";
// Index members looked at by one call, at most: those of other principals and
// the expired are passed over. A page may therefore hold fewer than asked for.
constexpr int kMaxLooks = 5000;

std::string EncodePosition(const ListedConversation& position) {
  return EncodePageToken(kListing, std::to_string(position.active_ms) + "/" +
                                       position.conversation_id);
}

absl::StatusOr<ListedConversation> DecodePosition(const std::string& token) {
  auto plain = DecodePageToken(kListing, token);
  if (!plain.ok()) return plain.status();
  ListedConversation position;
  if (plain->empty()) return position;
  const size_t slash = plain->find('/');
  if (slash == std::string::npos || slash + 1 == plain->size() ||
      !absl::SimpleAtoi(plain->substr(0, slash), &position.active_ms)) {
    return FieldInvalid("page_token", "must be empty or a next_page_token");
  }
  position.conversation_id = plain->substr(slash + 1);
  return position;
}

// One call's walk over the index. Its callbacks all run on the client's thread,
// one at a time.
class Walk : public std::enable_shared_from_this<Walk> {
 public:
  Walk(const StoreContext& context, std::string principal, std::string agent,
       int page_size, Callback<Page<Conversation>> done)
      : context_(context),
        principal_(std::move(principal)),
        agent_(std::move(agent)),
        page_size_(static_cast<size_t>(std::max(1, page_size))),
        done_(std::move(done)) {}

  void From(const ListedConversation& after) {
    const int want = static_cast<int>(page_size_ - page_.items.size());
    context_.conversations->Read(
        agent_, after, want,
        [self = shared_from_this(),
         want](absl::StatusOr<std::vector<ListedConversation>> members) {
          if (!members.ok()) return std::move(self->done_)(members.status());
          self->Look(*std::move(members), want);
        });
  }

 private:
  void Look(std::vector<ListedConversation> members, int want) {
    if (members.empty()) return Finish();
    looks_ += static_cast<int>(members.size());
    more_ = static_cast<int>(members.size()) == want;
    members_ = std::move(members);
    heads_.assign(members_.size(), std::nullopt);
    left_ = members_.size();
    expired_.clear();
    for (size_t i = 0; i < members_.size(); ++i) {
      context_.client->Run(
          context_.scripts->get_conversation,
          keys::OfConversation(members_[i].conversation_id), {principal_},
          [self = shared_from_this(), i](const absl::StatusOr<Reply>& reply) {
            self->OnHead(i, reply);
          });
    }
  }

  void OnHead(size_t i, const absl::StatusOr<Reply>& reply) {
    auto head = DecodeConversation(members_[i].conversation_id, reply);
    if (head.ok()) {
      heads_[i] = std::move(head->conversation);
    } else if (absl::IsNotFound(head.status())) {
      if ((*reply)[1].Text() == "ABSENT") expired_.push_back(members_[i]);
    } else if (!reply.ok()) {
      failed_ = head.status();
    }
    if (--left_ == 0) OnHeads();
  }

  void OnHeads() {
    if (!failed_.ok()) return std::move(done_)(failed_);
    for (auto& head : heads_) {
      if (head.has_value()) page_.items.push_back(*std::move(head));
    }
    context_.conversations->Prune(agent_, expired_);
    const ListedConversation last = members_.back();
    const bool full = page_.items.size() >= page_size_ || looks_ >= kMaxLooks;
    if (more_ && !full) return From(last);
    if (more_) page_.next_page_token = EncodePosition(last);
    Finish();
  }

  void Finish() { std::move(done_)(std::move(page_)); }

  const StoreContext context_;
  const std::string principal_;
  const std::string agent_;
  const size_t page_size_;
  Callback<Page<Conversation>> done_;
  int looks_ = 0;
  bool more_ = false;
  absl::Status failed_;
  Page<Conversation> page_;
  std::vector<ListedConversation> members_;
  std::vector<std::optional<Conversation>> heads_;
  size_t left_ = 0;
  std::vector<ListedConversation> expired_;
};

}  // namespace

void RedisRunStore::ListConversations(std::string principal, std::string agent,
                                      int page_size, std::string page_token,
                                      Callback<Page<Conversation>> done) {
  auto after = DecodePosition(page_token);
  if (!after.ok()) return std::move(done)(after.status());
  std::make_shared<Walk>(context_, std::move(principal), std::move(agent),
                         page_size, std::move(done))
      ->From(*after);
}

}  // namespace agent
