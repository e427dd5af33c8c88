#include "service/stream_response_reactor.h"

#include <chrono>
#include <utility>

#include "lib/base/abort_point.h"
#include "lib/base/error.h"
#include "service/batch_message.h"
#include "service/status_mapping.h"

namespace agent {
namespace {

absl::Status SlowReader(const std::string& cursor) {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   "nothing was taken from this stream for too long: resume at "
                   "the last cursor",
                   {.reason = reason::kSlowReader,
                    .metadata = {{"cursor", cursor}},
                    .retry_after = absl::Seconds(1)});
}

SteadyTime Now() { return std::chrono::steady_clock::now(); }

}  // namespace

StreamResponseReactor* StreamResponseReactor::Start(
    absl::StatusOr<std::shared_ptr<LogReader>> reader, Options options) {
  const bool accepted = reader.ok();
  auto* reactor = new StreamResponseReactor(
      accepted ? *std::move(reader) : nullptr, std::move(options));
  reactor->self_.reset(reactor);
  absl::Status status = reader.status();
  if (accepted) {
    auto ticket = reactor->options_.registry->Add(reactor->weak_from_this());
    if (ticket.ok()) reactor->ticket_ = *ticket;
    status = ticket.status();
  }
  if (status.ok()) {
    reactor->Begin();
  } else {
    MutexLock lock(&reactor->mu_);
    reactor->FinishLocked(status);
  }
  return reactor;
}

StreamResponseReactor::StreamResponseReactor(std::shared_ptr<LogReader> reader,
                                             Options options)
    : reader_(std::move(reader)),
      options_(std::move(options)),
      context_(options_.context),
      cursor_(options_.cursor),
      last_write_(Now()) {}

void StreamResponseReactor::Begin() {
  watch_ = std::make_shared<WriteWatch>(
      options_.timers, options_.write_patience, [weak = weak_from_this()] {
        if (auto self = weak.lock(); self != nullptr) self->OnWriteOverdue();
      });
  StartSendInitialMetadata();  // the client knows at once that it is heard
  if (options_.heartbeat > absl::ZeroDuration()) {
    ScheduleHeartbeat(options_.heartbeat);
  }
  Next next = Next::kNothing;
  {
    MutexLock lock(&mu_);
    next = AdvanceLocked();
  }
  Do(next);
}

void StreamResponseReactor::Do(Next next) {
  if (next == Next::kLetGo && reader_ != nullptr) reader_->Cancel();
  if (next != Next::kRead) return;
  reader_->Next([weak = weak_from_this()](absl::StatusOr<ReadBatch> batch) {
    if (auto self = weak.lock(); self != nullptr) {
      self->OnBatch(std::move(batch));
    }
  });
}

StreamResponseReactor::Next StreamResponseReactor::AdvanceLocked() {
  if (finished_ || write_in_flight_) return Next::kNothing;
  if (waiting_.has_value()) {
    WriteLocked(*std::exchange(waiting_, std::nullopt));
    return Next::kNothing;
  }
  if (end_.has_value()) return FinishLocked(*end_);
  if (read_in_flight_) return Next::kNothing;
  read_in_flight_ = true;
  return Next::kRead;
}

void StreamResponseReactor::OnBatch(absl::StatusOr<ReadBatch> batch) {
  std::optional<Outgoing> outgoing;
  if (batch.ok() && !batch->chunks.empty()) {
    outgoing = {BatchMessage(*batch), batch->cursor.ToString()};
  }
  const std::string start = StartCursor();
  Next next = Next::kNothing;
  {
    MutexLock lock(&mu_);
    read_in_flight_ = false;
    if (finished_) return;
    if (cursor_.empty()) cursor_ = start;
    waiting_ = std::move(outgoing);
    if (!batch.ok() || batch->ended) end_ = batch.status();
    next = AdvanceLocked();
  }
  Do(next);
}

void StreamResponseReactor::WriteLocked(Outgoing outgoing) {
  message_ = std::move(outgoing.message);
  cursor_ = std::move(outgoing.cursor);
  write_in_flight_ = true;
  last_write_ = Now();
  watch_->Began();
  AGENT_ABORT_POINT(before_write);
  StartWrite(&message_);
}

StreamResponseReactor::Next StreamResponseReactor::FinishLocked(
    const absl::Status& status) {
  if (std::exchange(finished_, true)) return Next::kNothing;
  Finish(ToGrpcStatus(WithCursor(status, cursor_)));
  return Next::kLetGo;
}

void StreamResponseReactor::OnWriteDone(bool ok) {
  Next next = Next::kNothing;
  {
    MutexLock lock(&mu_);
    write_in_flight_ = false;
    if (!finished_) watch_->Done();  // else the status is still to be taken
    next = ok ? AdvanceLocked() : FinishLocked(absl::CancelledError());
  }
  Do(next);
}

void StreamResponseReactor::OnCancel() {
  Next next = Next::kNothing;
  {
    MutexLock lock(&mu_);
    next = FinishLocked(absl::CancelledError());
  }
  Do(next);
}

void StreamResponseReactor::OnWriteOverdue() {
  Next next = Next::kNothing;
  {
    MutexLock lock(&mu_);
    next = FinishLocked(SlowReader(cursor_));
  }
  if (next != Next::kNothing) return Do(next);
  // It had its status, and does not take that either.
  MutexLock lock(&context_mu_);
  if (context_ != nullptr) context_->TryCancel();
}

void StreamResponseReactor::Drain() {
  const std::string start = StartCursor();
  Next next = Next::kNothing;
  {
    MutexLock lock(&mu_);
    if (cursor_.empty()) cursor_ = start;
    next = FinishLocked(DrainingError());
  }
  Do(next);
}

void StreamResponseReactor::OnDone() {
  const auto last = std::move(self_);  // until the end of this function
  {
    MutexLock lock(&context_mu_);
    context_ = nullptr;
  }
  TimerQueue::TimerId timer = 0;
  {
    MutexLock lock(&mu_);
    timer = heartbeat_timer_;
  }
  if (timer != 0) options_.timers->Cancel(timer);
  if (ticket_.has_value()) options_.registry->Remove(*ticket_);
}

void StreamResponseReactor::ScheduleHeartbeat(absl::Duration delay) {
  const TimerQueue::TimerId timer =
      options_.timers->After(delay, [weak = weak_from_this()] {
        if (auto self = weak.lock(); self != nullptr) self->OnHeartbeatDue();
      });
  MutexLock lock(&mu_);
  heartbeat_timer_ = timer;
}

// A client that named no cursor learns from where on it waits: resuming without
// one would begin at whatever run is newest then.
std::string StreamResponseReactor::StartCursor() const {
  const auto start = reader_ != nullptr ? reader_->Start() : std::nullopt;
  return start.has_value() ? start->ToString() : "";
}

void StreamResponseReactor::OnHeartbeatDue() {
  absl::Duration delay = options_.heartbeat;
  const std::string start = StartCursor();
  {
    MutexLock lock(&mu_);
    if (finished_) return;
    if (cursor_.empty()) cursor_ = start;
    const absl::Duration silence = absl::FromChrono(Now() - last_write_);
    if (silence < options_.heartbeat) {
      delay = options_.heartbeat - silence;
    } else if (!write_in_flight_) {
      WriteLocked({HeartbeatMessage(cursor_), cursor_});
    }
  }
  ScheduleHeartbeat(delay);
}

}  // namespace agent
