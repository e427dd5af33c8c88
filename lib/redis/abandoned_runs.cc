#include "lib/redis/abandoned_runs.h"

#include <algorithm>
#include <utility>

#include "lib/base/logging.h"
#include "lib/base/random.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/lifetimes.h"

namespace agent {
namespace {

constexpr int kMaxLooks = 100;
constexpr absl::Duration kMinInterval = absl::Seconds(1);
constexpr absl::Duration kMaxInterval = absl::Seconds(30);

}  // namespace

// One sweep. Its callbacks all run on the client's thread, one at a time.
class AbandonedRuns::Pass : public std::enable_shared_from_this<Pass> {
 public:
  Pass(std::shared_ptr<AbandonedRuns> of, Callback<int> done)
      : of_(std::move(of)), done_(std::move(done)) {}

  void Begin() {
    of_->context_.client->Send(
        {"HKEYS", keys::kRegistry},
        [self = shared_from_this()](const absl::StatusOr<Reply>& reply) {
          if (!reply.ok()) return std::move(self->done_)(reply.status());
          self->Begun();
          self->ForgetOld("");
          for (size_t i = 0; i < reply->view().size(); ++i) {
            self->ForgetOld(std::string((*reply)[i].Text()));
            self->LookAt(std::string((*reply)[i].Text()));
          }
          self->Ended();
        });
  }

 private:
  void Begun() { ++open_; }
  void Ended() {
    if (--open_ == 0) std::move(done_)(ended_);
  }

  // Of the index for listing: nobody may ever list what expires.
  void ForgetOld(const std::string& agent) {
    of_->context_.conversations->ForgetOld(agent,
                                           LongestLife(of_->context_.limits));
  }

  void LookAt(const std::string& agent) {
    Begun();
    const absl::Duration patience = of_->context_.limits.lease;
    of_->context_.client->Run(
        of_->context_.scripts->overdue, {keys::Due(agent)},
        {std::to_string(absl::ToInt64Milliseconds(patience)),
         std::to_string(of_->looked_[agent]), std::to_string(kMaxLooks)},
        [self = shared_from_this(), agent](const absl::StatusOr<Reply>& found) {
          if (found.ok()) self->OnFound(agent, found->view());
          self->Ended();
        });
  }

  void OnFound(const std::string& agent, ReplyView found) {
    const int looks = static_cast<int>(found.size() / 2);
    int& looked = of_->looked_[agent];
    looked = looks < kMaxLooks ? 0 : looked + looks;
    for (size_t i = 0; i + 1 < found.size(); i += 2) {
      Judge({agent, std::string(found[i].Text())}, found[i + 1].Integer());
    }
  }

  void Judge(const WorkHint& work, int64_t score_ms) {
    Begun();
    of_->runs_->Judge(work.conversation_id,
                      [self = shared_from_this(), work,
                       score_ms](const absl::StatusOr<BeginOutcome>& outcome) {
                        self->OnJudged(work, score_ms, outcome);
                        self->Ended();
                      });
  }

  void OnJudged(const WorkHint& work, int64_t score_ms,
                const absl::StatusOr<BeginOutcome>& outcome) {
    if (!outcome.ok()) return;
    if (outcome->kind == BeginOutcome::Kind::kEnded) {
      ++ended_;
      LogWarning("ended a run that no worker looked at",
                 {{"conversation_id", work.conversation_id},
                  {"run_id", outcome->run_id},
                  {"reason", outcome->failure_reason}});
      return Judge(work, score_ms);  // the next of its queue
    }
    if (outcome->kind != BeginOutcome::Kind::kIdle) return;
    Begun();
    of_->work_->SettleAt(
        work, score_ms,
        [self = shared_from_this()](const absl::Status&) { self->Ended(); });
  }

  const std::shared_ptr<AbandonedRuns> of_;
  Callback<int> done_;
  int open_ = 0;
  int ended_ = 0;
};

std::shared_ptr<AbandonedRuns> AbandonedRuns::Create(StoreContext context,
                                                     RedisRunStore* runs,
                                                     RedisWorkQueue* work) {
  return std::shared_ptr<AbandonedRuns>(new AbandonedRuns(context, runs, work));
}

void AbandonedRuns::Sweep(Callback<int> done) {
  std::make_shared<Pass>(shared_from_this(), std::move(done))->Begin();
}

absl::Duration AbandonedRuns::Interval() const {
  absl::Duration shortest = 4 * kMaxInterval;
  for (const absl::Duration limit :
       {context_.limits.queue_timeout, context_.limits.run_timeout}) {
    if (limit > absl::ZeroDuration()) shortest = std::min(shortest, limit);
  }
  return std::max(kMinInterval, shortest / 4);
}

void AbandonedRuns::Start(TimerQueue* timers) { Arm(timers); }

// Half an interval to a whole one: gateways do not all look at the same time.
void AbandonedRuns::Arm(TimerQueue* timers) {
  timers->After(Interval() * (0.5 + RandomFraction() / 2),
                [self = shared_from_this(), timers] {
                  self->Arm(timers);
                  if (self->sweeping_.exchange(true)) return;
                  self->Sweep([self](const absl::StatusOr<int>&) {
                    self->sweeping_ = false;
                  });
                });
}

}  // namespace agent
