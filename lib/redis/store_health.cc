#include "lib/redis/store_health.h"

#include "lib/base/error.h"
#include "lib/base/logging.h"
#include "lib/base/random.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/server_info.h"

namespace agent {
namespace {

// A Redis that takes longer is of no use to those who wait for an answer.
constexpr absl::Duration kPatience = absl::Seconds(2);

}  // namespace

absl::Status StoreHealth::Ask() {
  absl::Status last;
  {
    MutexLock lock(&mu_);
    last = status_;
    if (asking_) return last;
    asking_ = true;
  }
  client_->SendWithTimeout(
      {"INFO", "server", "memory", "replication", "cluster"}, kPatience,
      [self = shared_from_this()](const absl::StatusOr<Reply>& info) {
        if (!info.ok()) return self->Set(info.status());
        const absl::Status usable =
            CheckUsable(ServerInfo(info->view().Text()));
        if (!usable.ok()) return self->Set(usable);
        self->AskName();
      });
  return last;
}

// A write as well: while none is possible, nothing can be accepted.
void StoreHealth::AskName() {
  const std::string ours = RandomId();
  client_->SendWithTimeout(
      {"SET", keys::kStoreName, ours, "NX", "GET"}, kPatience,
      [self = shared_from_this(), ours](const absl::StatusOr<Reply>& before) {
        if (before.ok()) {
          const ReplyView name = before->view();
          return self->OnName(name.IsNil() ? ours : std::string(name.Text()));
        }
        // A full store is read from, and tells its writers that it is full.
        const bool full = absl::IsResourceExhausted(before.status());
        self->Set(full ? absl::OkStatus() : before.status());
      });
}

void StoreHealth::OnName(std::string name) {
  const std::string known = std::exchange(name_, std::move(name));
  if (known.empty() || known == name_) return Set(absl::OkStatus());
  LogError(
      "the store was emptied, or is another database: what it held is lost");
  Set(StoreUnavailable("the store lost what it held"));
  on_changed_();
}

void StoreHealth::Set(absl::Status status) {
  MutexLock lock(&mu_);
  asking_ = false;
  status_ = std::move(status);
}

}  // namespace agent
