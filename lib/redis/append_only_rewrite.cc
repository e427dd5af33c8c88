#include "lib/redis/append_only_rewrite.h"

#include <memory>
#include <utility>

#include "lib/base/logging.h"
#include "lib/redis/server_info.h"

namespace agent {
namespace {

// What is not written yet waits for a connection, and what Redis cannot do yet
// for its readiness: so each of the tries may take this long.
constexpr absl::Duration kPatience = absl::Minutes(1);
constexpr int kMaxTries = 5;

// Two writes that leave nothing: a MULTI block of its own in the file, whose
// EXEC closes one that was left open before it.
constexpr char kCloseBlock[] =
    "#!lua flags=allow-oom\n"
    "redis.call('SET', KEYS[1], '1') redis.call('DEL', KEYS[1])";

// Its callbacks all run on the client's thread, one at a time.
class Rewrite : public std::enable_shared_from_this<Rewrite> {
 public:
  Rewrite(RedisClient* client, std::function<void()> refused)
      : client_(client), tell_refused_(std::move(refused)) {}

  void Look() {
    client_->SendWithTimeout(
        {"INFO", "persistence"}, kPatience,
        [self = shared_from_this()](const absl::StatusOr<Reply>& info) {
          if (!info.ok()) return self->OnFailure(info.status());
          // Also after a refusal: another service may have been quicker.
          if (!NeedsRewrite(ServerInfo(info->view().Text()))) return;
          if (!self->refused_.ok()) return self->GiveUp(self->refused_);
          self->Close();
        });
  }

 private:
  void Close() {
    client_->SendWithTimeout(
        {"EVAL", kCloseBlock, "1", "agent-probe"}, kPatience,
        [self = shared_from_this()](const absl::StatusOr<Reply>& done) {
          if (!done.ok()) return self->OnFailure(done.status());
          self->Ask();
        });
  }

  void Ask() {
    client_->SendWithTimeout(
        {"BGREWRITEAOF"}, kPatience,
        [self = shared_from_this()](const absl::StatusOr<Reply>& done) {
          if (!done.ok()) return self->OnFailure(done.status());
          LogInfo("asked Redis to rewrite its append-only file");
        });
  }

  void OnFailure(const absl::Status& status) {
    if (++tries_ >= kMaxTries) return GiveUp(status);
    if (!absl::IsUnavailable(status)) refused_ = status;
    Look();
  }

  void GiveUp(const absl::Status& status) const {
    LogError(
        "the append-only file could not be rewritten: run BGREWRITEAOF, or the "
        "next power loss may cost data",
        {{"status", status}});
    if (tell_refused_) tell_refused_();
  }

  RedisClient* const client_;
  const std::function<void()> tell_refused_;
  int tries_ = 0;
  absl::Status refused_;
};

}  // namespace

void RewriteAppendOnlyFile(RedisClient* client, std::function<void()> refused) {
  std::make_shared<Rewrite>(client, std::move(refused))->Look();
}

}  // namespace agent
