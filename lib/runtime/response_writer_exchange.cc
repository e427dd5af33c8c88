// ResponseWriter's side towards the store: one append at a time, what its
// answer means, and the lease's clock.
#include <algorithm>
#include <utility>

#include "lib/base/abort_point.h"
#include "lib/base/error.h"
#include "lib/base/logging.h"
#include "lib/runtime/response_writer.h"

namespace agent {
namespace {

absl::Status LeaseLost(std::string_view message) {
  return MakeError(
      absl::StatusCode::kAborted, message,
      {.reason = reason::kLeaseLost, .metadata = {}, .retry_after = {}});
}

// A full store answers, and lets nobody else begin either: the lease holds.
bool StoreIsFull(const absl::Status& status) {
  return ReasonOf(status) == reason::kStoreFull;
}

}  // namespace

void ResponseWriter::Pump() {
  AppendRequest request;
  const SteadyTime now = std::chrono::steady_clock::now();
  {
    MutexLock lock(&mu_);
    if (DoneLocked() || in_flight_ || retry_waits_) return;
    if (backlog_.empty() && !heartbeat_due_ && !look_due_) return;
    // A process that slept wakes here or in Tick, which stops the attempt.
    if (now >= lease_.GiveUpAt()) return;
    request = backlog_.NextRequest();
    look_due_ = false;  // whatever was to be seen, this call sees it
    in_flight_ = true;
    lease_.Sent(now);
    request.patience = lease_.Patience(now);
  }
  request.conversation_id = conversation_id_;
  request.run_id = run_id_;
  request.attempt = attempt_;
  request.token = token_;
  if (!request.chunks.empty()) {
    AGENT_ABORT_POINT(before_chunks, conversation_id_);
  }
  if (request.end.has_value()) AGENT_ABORT_POINT(before_end, conversation_id_);
  runs_->Append(std::move(request), [self = shared_from_this(), now](
                                        absl::StatusOr<AppendOutcome> answer) {
    self->OnAnswer(now, std::move(answer));
  });
}

void ResponseWriter::OnAnswer(SteadyTime sent_at,
                              absl::StatusOr<AppendOutcome> answer) {
  if (answer.ok() && answer->written > 0) {
    AGENT_ABORT_POINT(after_chunks, conversation_id_);
  }
  if (answer.ok() && answer->kind == AppendOutcome::Kind::kOk) {
    DeliverAnswer(*answer);
  }
  // The signal first: who sees the state changed finds the reason there.
  absl::Status stop = StopFor(answer);
  const bool stopped = !stop.ok();
  if (stopped) stop_->Stop(std::move(stop));
  {
    MutexLock lock(&mu_);
    ApplyLocked(sent_at, answer, stopped);
    in_flight_ = false;
    changed_.NotifyAll();
  }
  TellEnded();
  Pump();
}

void ResponseWriter::TellEnded() {
  absl::AnyInvocable<void() &&> told;
  {
    MutexLock lock(&mu_);
    if (state_ == State::kEnded) told = std::exchange(on_ended_, nullptr);
  }
  if (told) std::move(told)();
}

void ResponseWriter::DeliverAnswer(const AppendOutcome& outcome) {
  int64_t sequence = 0;
  std::vector<ChunkContent> contents;
  {
    MutexLock lock(&mu_);
    if (abandoned_) return;  // who was to be told may be gone
    sequence = backlog_.waiting_sequence();
    contents = backlog_.InFlight();
    if (contents.empty()) return;
    delivering_ = true;
  }
  feed_.Deliver(sequence, std::move(contents), outcome);
  MutexLock lock(&mu_);
  delivering_ = false;
  changed_.NotifyAll();
}

absl::Status ResponseWriter::StopFor(
    const absl::StatusOr<AppendOutcome>& answer) {
  if (!answer.ok()) return absl::OkStatus();
  switch (answer->kind) {
    case AppendOutcome::Kind::kOk:
      return absl::OkStatus();
    case AppendOutcome::Kind::kCancel:
      return absl::CancelledError("a cancellation was asked for");
    case AppendOutcome::Kind::kFenced:
      return LeaseLost("the run passed on to another attempt");
    case AppendOutcome::Kind::kLost:
      return LeaseLost("the conversation is gone");
    case AppendOutcome::Kind::kGap:
      break;
  }
  MutexLock lock(&mu_);
  if (FillGapLocked(*answer)) return absl::OkStatus();
  return StoreUnavailable("the store lost more than the attempt keeps");
}

bool ResponseWriter::FillGapLocked(const AppendOutcome& outcome) {
  LogWarning("the store lost its tail",
             {{"run_id", run_id_},
              {"attempt", attempt_},
              {"next_sequence", outcome.next_sequence},
              {"next_step", outcome.next_step}});
  if (state_ != State::kCancelling) {
    return backlog_.Rewind(outcome.next_sequence, outcome.next_step);
  }
  backlog_.Clear(outcome.next_sequence, outcome.next_step);
  if (end_.has_value()) AddEndLocked();
  return true;
}

// A cancelled run's lost chunks are not written again, so its end would have a
// number that readers have seen, and be taken for a repeat. The attempt's first
// entry never is: it comes before, and tells them what falls. Chunks whose
// acknowledgement was lost count as seen: if they are there after all, the
// store passes over that entry.
void ResponseWriter::AddEndLocked() {
  const bool cancelling = state_ == State::kCancelling;
  if (cancelling && backlog_.waiting_sequence() < told_) {
    backlog_.AddChunk(first_entry_);
  }
  backlog_.AddEnd(*end_);
}

void ResponseWriter::ApplyLocked(SteadyTime sent_at,
                                 const absl::StatusOr<AppendOutcome>& answer,
                                 bool stopped) {
  if (!answer.ok()) {
    // Perhaps it was stored, and seen, and is lost before it is sent again.
    told_ = std::max(told_, backlog_.in_flight_end());
    if (StoreIsFull(answer.status())) lease_.Held(sent_at);
    if (!DoneLocked()) RetryAfterLocked(backoff_.Next());
    return;
  }
  backoff_.Reset();
  if (answer->kind == AppendOutcome::Kind::kOk) {
    if (backlog_.EndInFlight()) state_ = State::kEnded;
    backlog_.Acknowledge(std::chrono::steady_clock::now());
    told_ = std::max(told_, backlog_.waiting_sequence());
    lease_.Held(sent_at);
    heartbeat_due_ = false;
  } else if (answer->kind == AppendOutcome::Kind::kCancel) {
    CancelLocked();  // the lease was not renewed
  } else if (stopped && !DoneLocked()) {
    state_ = State::kClosed;
  }
}

// What was not acknowledged falls with the cancellation.
void ResponseWriter::CancelLocked() {
  if (state_ == State::kWriting) state_ = State::kCancelling;
  heartbeat_due_ = false;
  backlog_.Clear(backlog_.waiting_sequence(), backlog_.waiting_step());
  if (end_.has_value() && end_->state != RunState::kCancelled) {
    end_.reset();
    if (unattended_) end_.emplace().state = RunState::kCancelled;
  }
  if (end_.has_value()) AddEndLocked();
}

void ResponseWriter::RetryAfterLocked(absl::Duration delay) {
  retry_waits_ = true;
  timers_->After(delay, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    {
      MutexLock lock(&self->mu_);
      self->retry_waits_ = false;
    }
    self->Pump();
  });
}

void ResponseWriter::TickAt(SteadyTime when) {
  const auto delay = when - std::chrono::steady_clock::now();
  timers_->After(absl::FromChrono(delay), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Tick();
  });
}

// Arms itself lazily: an append that was sent meanwhile moves the times on.
void ResponseWriter::Tick() {
  const SteadyTime now = std::chrono::steady_clock::now();
  bool lost = false;
  {
    MutexLock lock(&mu_);
    if (DoneLocked()) return;
    lost = now >= lease_.GiveUpAt();
    if (now >= lease_.HeartbeatDue()) heartbeat_due_ = true;
  }
  if (lost) {
    GiveUp();
    return;
  }
  Pump();
  SteadyTime next;
  {
    MutexLock lock(&mu_);
    next = lease_.NextLook(now);
  }
  TickAt(next);
}

void ResponseWriter::GiveUp() {
  stop_->Stop(LeaseLost("nothing was acknowledged for almost a lease"));
  MutexLock lock(&mu_);
  if (!DoneLocked()) state_ = State::kClosed;
  changed_.NotifyAll();
}

}  // namespace agent
