#include "lib/runtime/claim.h"

#include <utility>

#include "lib/base/abort_point.h"
#include "lib/base/logging.h"
#include "lib/base/random.h"

namespace agent {
namespace {

constexpr Backoff::Options kAskAgain = {.initial = absl::Milliseconds(50),
                                        .max = absl::Seconds(1)};

}  // namespace

void Claim::Start(RunStore* runs, TimerQueue* timers,
                  std::shared_ptr<const std::atomic<bool>> stopped,
                  std::string conversation_id, Done done) {
  std::shared_ptr<Claim> claim(new Claim(runs, timers, std::move(stopped),
                                         std::move(conversation_id),
                                         std::move(done)));
  claim->Ask();
}

Claim::Claim(RunStore* runs, TimerQueue* timers,
             std::shared_ptr<const std::atomic<bool>> stopped,
             std::string conversation_id, Done done)
    : runs_(runs),
      timers_(timers),
      stopped_(std::move(stopped)),
      conversation_id_(std::move(conversation_id)),
      done_(std::move(done)),
      token_(RandomId()),
      backoff_(kAskAgain) {}

void Claim::Ask() {
  if (*stopped_) return FinishAs(ClaimResult::Kind::kUnknown);
  const SteadyTime now = std::chrono::steady_clock::now();
  AGENT_ABORT_POINT(before_begin, conversation_id_);
  runs_->Begin(
      conversation_id_, token_,
      [self = shared_from_this(), now](absl::StatusOr<BeginOutcome> answer) {
        self->OnAnswer(now, std::move(answer));
      });
}

void Claim::OnAnswer(SteadyTime asked_at, absl::StatusOr<BeginOutcome> answer) {
  if (!answer.ok()) return OnError(answer.status());
  ClaimResult result;
  switch (answer->kind) {
    case BeginOutcome::Kind::kRun:
      AGENT_ABORT_POINT(after_begin, conversation_id_);
      result.kind = ClaimResult::Kind::kRun;
      result.assignment = std::move(answer->assignment);
      result.assignment.token = token_;
      result.asked_at = asked_at;
      return Finish(std::move(result));
    case BeginOutcome::Kind::kIdle:
      result.kind = ClaimResult::Kind::kIdle;
      return Finish(std::move(result));
    case BeginOutcome::Kind::kBusy:
    case BeginOutcome::Kind::kNotDue:
      result.kind = ClaimResult::Kind::kLater;
      result.retry_after = answer->retry_after;
      return Finish(std::move(result));
    case BeginOutcome::Kind::kEnded:
      return OnEnded(*answer);
  }
}

void Claim::OnError(const absl::Status& error) {
  if (++tries_ >= kMaxTries || *stopped_ || !absl::IsUnavailable(error)) {
    LogWarning("could not begin",
               {{"conversation_id", conversation_id_}, {"status", error}});
    return FinishAs(ClaimResult::Kind::kUnknown);
  }
  timers_->After(backoff_.Next(), [self = shared_from_this()] { self->Ask(); });
}

void Claim::OnEnded(const BeginOutcome& outcome) {
  LogWarning("a run ended without an attempt",
             {{"conversation_id", conversation_id_},
              {"run_id", outcome.run_id},
              {"reason", outcome.failure_reason}});
  if (++ended_ >= kMaxEnded) {
    return FinishAs(ClaimResult::Kind::kLater);
  }
  token_ = RandomId();
  Ask();
}

void Claim::FinishAs(ClaimResult::Kind kind) {
  ClaimResult result;
  result.kind = kind;
  Finish(std::move(result));
}

void Claim::Finish(ClaimResult result) { std::move(done_)(std::move(result)); }

}  // namespace agent
