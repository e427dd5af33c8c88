#include "lib/runtime/response_writer.h"

#include <algorithm>
#include <utility>

namespace agent {
namespace {

// Several tries within a lease, however short it is.
Backoff::Options Resend(absl::Duration lease) {
  return {.initial = std::min(absl::Milliseconds(50), lease / 20),
          .max = std::min(absl::Seconds(1), lease / 5)};
}

absl::Status CancelAsked() {
  return absl::CancelledError("a cancellation was asked for");
}

}  // namespace

std::shared_ptr<ResponseWriter> ResponseWriter::Start(
    const RunAssignment& assignment, SteadyTime begun_at,
    const RunLimits& limits, Dependencies dependencies, StoredFeed feed) {
  std::shared_ptr<ResponseWriter> writer(new ResponseWriter(
      assignment, begun_at, limits, std::move(dependencies), std::move(feed)));
  std::weak_ptr<ResponseWriter> weak = writer;
  writer->stop_guard_ = writer->stop_->OnStop([weak] {
    if (const auto self = weak.lock()) {
      MutexLock lock(&self->mu_);
      self->changed_.NotifyAll();
    }
  });
  writer->TickAt(begun_at);
  writer->Pump();
  return writer;
}

ResponseWriter::ResponseWriter(const RunAssignment& assignment,
                               SteadyTime begun_at, const RunLimits& limits,
                               Dependencies dependencies, StoredFeed feed)
    : conversation_id_(assignment.conversation_id),
      run_id_(assignment.run_id),
      token_(assignment.token),
      attempt_(assignment.attempt),
      first_entry_{
          assignment.standing.IsZero() ? "" : assignment.standing.ToString()},
      runs_(dependencies.runs),
      timers_(dependencies.timers),
      stop_(std::move(dependencies.stop)),
      feed_(std::move(feed)),
      backlog_(assignment.next_sequence, assignment.next_step),
      told_(assignment.next_sequence + 1),
      lease_(limits.lease,
             begun_at - ToChrono(absl::Milliseconds(assignment.lease_age_ms))),
      backoff_(Resend(limits.lease)),
      budget_(assignment, limits) {
  backlog_.AddChunk(first_entry_);
}

absl::Status ResponseWriter::WhyNotLocked() const {
  absl::Status status = stop_->status();
  if (status.ok() && state_ != State::kWriting) {
    status = absl::UnavailableError("the attempt was closed");
  }
  return status;
}

void ResponseWriter::AwaitRoomLocked() {
  while (WhyNotLocked().ok() &&
         (backlog_.waiting_bytes() >= kMaxWaitingBytes ||
          backlog_.waiting_chunks() >= kMaxWaitingChunks)) {
    changed_.Wait(&mu_);
  }
}

absl::Status ResponseWriter::Queue(std::vector<ChunkContent> contents,
                                   std::optional<std::string> step) {
  absl::Status refused;
  {
    MutexLock lock(&mu_);
    AwaitRoomLocked();
    if (absl::Status why = WhyNotLocked(); !why.ok()) return why;
    for (ChunkContent& content : contents) {
      refused = budget_.Spend(content);
      if (!refused.ok()) break;
      backlog_.AddChunk(std::move(content));
    }
    if (refused.ok() && step.has_value()) backlog_.AddStep(*std::move(step));
  }
  if (!refused.ok()) {
    stop_->Stop(refused);
    return refused;
  }
  Pump();
  return absl::OkStatus();
}

absl::Status ResponseWriter::Add(ChunkContent content) {
  std::vector<ChunkContent> contents;
  contents.push_back(std::move(content));
  return Queue(std::move(contents), std::nullopt);
}

absl::Status ResponseWriter::AddStep(std::vector<ChunkContent> last,
                                     std::string json) {
  return Queue(std::move(last), std::move(json));
}

absl::Status ResponseWriter::AwaitStored() {
  MutexLock lock(&mu_);
  while (WhyNotLocked().ok() && !backlog_.empty()) changed_.Wait(&mu_);
  return WhyNotLocked();
}

absl::Status ResponseWriter::Finish(RunEnd end,
                                    std::optional<std::string> step) {
  const bool cancelled = end.state == RunState::kCancelled;
  {
    MutexLock lock(&mu_);
    if (!unattended_) {
      if (DoneLocked()) return WhyNotLocked();
      if (state_ == State::kCancelling && !cancelled) return CancelAsked();
      if (step.has_value()) backlog_.AddStep(*std::move(step));
      end_ = std::move(end);
      AddEndLocked();
    }
  }
  Pump();
  MutexLock lock(&mu_);
  while (!DoneLocked() &&
         (cancelled || unattended_ || state_ == State::kWriting)) {
    changed_.Wait(&mu_);
  }
  const bool other =
      end_.has_value() && !cancelled && end_->state == RunState::kCancelled;
  if (state_ == State::kEnded && !other) return absl::OkStatus();
  // Also if something else, such as the time limit, stopped the run first.
  return other || state_ == State::kCancelling ? CancelAsked() : WhyNotLocked();
}

bool ResponseWriter::EndUnattended(RunEnd end,
                                   absl::AnyInvocable<void() &&> stored) {
  {
    MutexLock lock(&mu_);
    if (DoneLocked() || end_.has_value()) return false;
    if (state_ == State::kCancelling) end.state = RunState::kCancelled;
    unattended_ = true;
    on_ended_ = std::move(stored);
    end_ = std::move(end);
    AddEndLocked();
  }
  Pump();
  return true;
}

void ResponseWriter::LookNow() {
  {
    MutexLock lock(&mu_);
    look_due_ = true;
  }
  Pump();
}

bool ResponseWriter::Close() {
  MutexLock lock(&mu_);
  if (!DoneLocked()) state_ = State::kClosed;
  changed_.NotifyAll();
  while (in_flight_ && std::chrono::steady_clock::now() < close_deadline_) {
    changed_.WaitUntil(&mu_, close_deadline_);
  }
  abandoned_ = in_flight_;
  while (delivering_) changed_.Wait(&mu_);
  return state_ == State::kEnded;
}

void ResponseWriter::LimitClose(SteadyTime deadline) {
  MutexLock lock(&mu_);
  close_deadline_ = deadline;
  changed_.NotifyAll();
}

}  // namespace agent
