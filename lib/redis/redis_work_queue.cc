#include "lib/redis/redis_work_queue.h"

#include <algorithm>
#include <utility>

#include "lib/base/abort_point.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/rescan.h"

namespace agent {
namespace {

constexpr char kMaxTaken[] = "100";
// A blocking command's own time, its way there and back.
constexpr absl::Duration kBlockingSlack = absl::Seconds(5);

std::string Seconds(absl::Duration duration) {
  const int64_t ms = absl::ToInt64Milliseconds(duration);
  const std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
  return std::to_string(ms / 1000) + "." + fraction;
}

}  // namespace

void RedisWorkQueue::AwaitHint(std::vector<std::string> agents,
                               absl::Duration timeout,
                               Callback<std::vector<WorkHint>> done) {
  RedisCommand command = {"BLPOP"};
  for (const std::string& agent : agents) command.push_back(keys::Wake(agent));
  // Zero would wait for ever.
  timeout = std::max(timeout, absl::Milliseconds(1));
  command.push_back(Seconds(timeout));
  blocking_->SendWithTimeout(
      std::move(command), timeout + kBlockingSlack,
      [done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        std::vector<WorkHint> hints;
        const auto agent = keys::AgentOfWake((*reply)[0].Text());
        if (agent.has_value()) {
          hints.push_back(
              {std::string(*agent), std::string((*reply)[1].Text())});
        }
        std::move(done)(std::move(hints));
      });
}

void RedisWorkQueue::TakeDue(std::string agent,
                             Callback<std::vector<WorkHint>> done) {
  const int64_t lease_ms = absl::ToInt64Milliseconds(context_.limits.lease);
  const std::string key = keys::Due(agent);
  context_.client->Run(
      context_.scripts->take_due, {key}, {std::to_string(lease_ms), kMaxTaken},
      [this, agent = std::move(agent),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        std::vector<WorkHint> taken;
        for (size_t i = 0; i + 1 < reply->view().size(); i += 2) {
          taken.push_back({agent, std::string((*reply)[i].Text())});
          context_.due->Remember(taken.back(), (*reply)[i + 1].Integer());
        }
        std::move(done)(std::move(taken));
      });
}

void RedisWorkQueue::UnlessEmpty(
    const WorkHint& work, StatusCallback done,
    absl::AnyInvocable<void(StatusCallback) &&> then) {
  context_.client->Send(
      {"LLEN", keys::Mailbox(work.conversation_id)},
      [this, work, done = std::move(done),
       then = std::move(then)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        if (reply->view().Integer() == 0) {
          return std::move(then)(std::move(done));
        }
        LookAgain(work, absl::ZeroDuration(), std::move(done));
      });
}

// A conversation whose score is not the one we set is left to the sweep. After
// a removal the mailbox is looked at once more: an ADMIT whose request for a
// look we overwrote with a heartbeat may have come between.
void RedisWorkQueue::Settle(WorkHint work, StatusCallback done) {
  UnlessEmpty(work, std::move(done), [this, work](StatusCallback finish) {
    const auto score = context_.due->Forget(work);
    if (!score.has_value()) return std::move(finish)(absl::OkStatus());
    RemoveIfOurs(work, *score, std::move(finish));
  });
}

void RedisWorkQueue::SettleAt(const WorkHint& work, int64_t score_ms,
                              StatusCallback done) {
  UnlessEmpty(work, std::move(done),
              [this, work, score_ms](StatusCallback finish) {
                RemoveIfOurs(work, score_ms, std::move(finish));
              });
}

void RedisWorkQueue::RemoveIfOurs(const WorkHint& work, int64_t score,
                                  StatusCallback done) {
  AGENT_ABORT_POINT(before_removal, work.conversation_id);
  context_.client->Run(
      context_.scripts->remove_unchanged, {keys::Due(work.agent)},
      {work.conversation_id, std::to_string(score)},
      [this, work,
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        AGENT_ABORT_POINT(after_removal, work.conversation_id);
        UnlessEmpty(work, std::move(done), [](StatusCallback finish) {
          std::move(finish)(absl::OkStatus());
        });
      });
}

void RedisWorkQueue::LookAgain(WorkHint work, absl::Duration delay,
                               StatusCallback done) {
  context_.due->Set(work, delay, std::move(done));
  if (delay <= absl::ZeroDuration()) context_.due->Hint(work);
}

void RedisWorkQueue::Rescan(Callback<int> done) {
  RescanRecords(context_, std::move(done));
}

}  // namespace agent
