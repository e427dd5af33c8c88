#include "lib/redis/rescan.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/logging.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/lifetimes.h"

namespace agent {
namespace {

constexpr char kScanCount[] = "500";

// Its callbacks all run on the client's thread, one at a time.
class Rescan : public std::enable_shared_from_this<Rescan> {
 public:
  Rescan(const StoreContext& context, Callback<int> done)
      : context_(context), done_(std::move(done)) {}

  void From(const std::string& cursor) {
    context_.client->Send(
        {"SCAN", cursor, "MATCH", keys::kPartsPattern, "COUNT", kScanCount},
        [self = shared_from_this()](const absl::StatusOr<Reply>& reply) {
          if (!reply.ok()) return std::move(self->done_)(reply.status());
          self->OnBatch(std::string((*reply)[0].Text()), (*reply)[1]);
        });
  }

 private:
  void OnBatch(const std::string& cursor, ReplyView found) {
    std::set<std::string> conversations;
    for (size_t i = 0; i < found.size(); ++i) {
      const auto id = keys::ConversationOfPart(found[i].Text());
      if (id.has_value()) conversations.emplace(*id);
    }
    left_ = conversations.size();
    if (left_ == 0) return Next(cursor);
    for (const std::string& id : conversations) {
      context_.client->Run(context_.scripts->rescan, keys::OfConversation(id),
                           LifetimeArgs(context_.limits),
                           [self = shared_from_this(), id,
                            cursor](const absl::StatusOr<Reply>& reply) {
                             self->OnConversation(id, cursor, reply);
                           });
    }
  }

  void OnConversation(const std::string& id, const std::string& cursor,
                      const absl::StatusOr<Reply>& reply) {
    if (absl::IsInternal(reply.status())) {
      // Keys of another kind, not ours: they must not hide all the others.
      LogError("a record cannot be looked at", {{"conversation_id", id}});
      return OnDone(cursor, absl::OkStatus());
    }
    if (!reply.ok()) return OnDone(cursor, reply.status());
    const std::string agent((*reply)[1].Text());
    if ((*reply)[0].Text() != "WORK" || agent.empty()) {
      return OnDone(cursor, absl::OkStatus());
    }
    // Never later than it already is.
    context_.client->Send(
        {"ZADD", keys::Due(agent), "NX", std::string((*reply)[2].Text()), id},
        [self = shared_from_this(),
         cursor](const absl::StatusOr<Reply>& added) {
          if (added.ok() && added->view().Integer() > 0) ++self->put_back_;
          self->OnDone(cursor, added.status());
        });
  }

  void OnDone(const std::string& cursor, const absl::Status& status) {
    failed_.Update(status);
    if (--left_ == 0) Next(cursor);
  }

  void Next(const std::string& cursor) {
    if (!failed_.ok()) return std::move(done_)(failed_);
    if (cursor != "0") return From(cursor);
    std::move(done_)(put_back_);
  }

  const StoreContext context_;
  Callback<int> done_;
  size_t left_ = 0;
  int put_back_ = 0;
  absl::Status failed_;
};

}  // namespace

void RescanRecords(const StoreContext& context, Callback<int> done) {
  std::make_shared<Rescan>(context, std::move(done))->From("0");
}

}  // namespace agent
