#include "lib/redis/due_index.h"

#include <cstdlib>
#include <utility>

#include "lib/base/logging.h"
#include "lib/redis/key_schema.h"

namespace agent {
namespace {

constexpr int64_t kMaxHints = 100000;
// Beyond, scores are forgotten: the sweep then finds an idle conversation once
// more than it had to.
constexpr size_t kMaxScores = 1 << 17;

std::string MapKey(const WorkHint& work) {
  return work.agent + '\n' + work.conversation_id;
}

void LogLost(const char* what, const absl::Status& status) {
  LogWarning("a look at a conversation could not be asked for",
             {{"what", what}, {"status", status}});
}

std::vector<std::string> SetDueArgs(const WorkHint& work, absl::Duration delay,
                                    bool for_another) {
  return {work.conversation_id,
          std::to_string(absl::ToInt64Milliseconds(delay)),
          for_another ? "1" : "0"};
}

}  // namespace

void DueIndex::Request(const WorkHint& work, absl::Duration delay,
                       StatusCallback done) {
  client_->Run(scripts_->set_due, {keys::Due(work.agent)},
               SetDueArgs(work, delay, /*for_another=*/true),
               [done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
                 std::move(done)(reply.status());
               });
}

void DueIndex::Set(const WorkHint& work, absl::Duration delay,
                   StatusCallback done) {
  client_->Run(scripts_->set_due, {keys::Due(work.agent)},
               SetDueArgs(work, delay, /*for_another=*/false),
               [this, work,
                done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
                 if (reply.ok() && !reply->view().IsNil()) {
                   Remember(work, reply->view().Integer());
                 }
                 std::move(done)(reply.status());
               });
}

void DueIndex::Heartbeat(const WorkHint& work, int64_t deadline_ms) {
  {
    MutexLock lock(&mu_);
    const auto found = scores_.find(MapKey(work));
    const int64_t step = absl::ToInt64Milliseconds(lease_ / 6);
    // Also where the clock stepped back: else it would be due too late.
    if (found != scores_.end() &&
        std::abs(deadline_ms - found->second) < step) {
      return;
    }
  }
  Remember(work, deadline_ms);
  client_->Send({"ZADD", keys::Due(work.agent), std::to_string(deadline_ms),
                 work.conversation_id},
                [](const absl::StatusOr<Reply>& reply) {
                  if (!reply.ok()) LogLost("due", reply.status());
                });
}

void DueIndex::Hint(const WorkHint& work) {
  const std::string key = keys::Wake(work.agent);
  client_->Send({"RPUSH", key, work.conversation_id},
                [this, key](const absl::StatusOr<Reply>& reply) {
                  if (!reply.ok()) return LogLost("wake", reply.status());
                  if (reply->view().Integer() <= kMaxHints) return;
                  client_->Send(
                      {"LTRIM", key, std::to_string(-kMaxHints), "-1"},
                      [](const absl::StatusOr<Reply>&) {});
                });
}

void DueIndex::Remember(const WorkHint& work, int64_t score_ms) {
  MutexLock lock(&mu_);
  if (scores_.size() >= kMaxScores) scores_.erase(scores_.begin());
  scores_[MapKey(work)] = score_ms;
}

std::optional<int64_t> DueIndex::Forget(const WorkHint& work) {
  MutexLock lock(&mu_);
  const auto found = scores_.find(MapKey(work));
  if (found == scores_.end()) return std::nullopt;
  const int64_t score = found->second;
  scores_.erase(found);
  return score;
}

}  // namespace agent
