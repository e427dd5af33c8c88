#include "lib/log/log_reader.h"

#include <utility>

#include "lib/log/log_reader_impl.h"
#include "lib/log/resume_rules.h"
#include "lib/log/tail_hub.h"

namespace agent {

void LogReaderImpl::Next(Callback<ReadBatch> done) {
  {
    MutexLock lock(&mu_);
    pending_ = std::move(done);
  }
  Pump();
}

std::optional<StreamId> LogReaderImpl::Start() const {
  MutexLock lock(&mu_);
  return start_;
}

void LogReaderImpl::Cancel() {
  Callback<ReadBatch> pending;
  {
    MutexLock lock(&mu_);
    cancelled_ = true;
    pending = std::exchange(pending_, nullptr);
  }
  Pump();
  if (pending) std::move(pending)(absl::CancelledError("cancelled"));
}

void LogReaderImpl::OnTail() {
  {
    MutexLock lock(&mu_);
    waiting_ = false;
  }
  Pump();
}

void LogReaderImpl::Pump() {
  const auto self = shared_from_this();  // the callback may drop the last
  {
    MutexLock lock(&mu_);
    if (std::exchange(pumping_, true)) {
      again_ = true;
      return;
    }
  }
  while (true) {
    while (Step(TakeNotes())) {
    }
    MutexLock lock(&mu_);
    if (again_) continue;
    pumping_ = false;
    return;
  }
}

LogReaderImpl::Notes LogReaderImpl::TakeNotes() {
  MutexLock lock(&mu_);
  again_ = false;
  Notes notes;
  notes.wanted = pending_ != nullptr;
  notes.busy = fetching_ || waiting_;
  notes.cancelled = cancelled_;
  notes.answer = std::exchange(answer_, std::nullopt);
  return notes;
}

bool LogReaderImpl::Step(Notes notes) {
  if (notes.cancelled && !over_) {
    over_ = true;
    error_ = absl::CancelledError("cancelled");
  }
  if (notes.answer.has_value() && tail_ != nullptr) OnAnswer(*notes.answer);
  if (!error_.ok()) LetGo();
  if (!notes.wanted) return false;
  const bool idle = !notes.busy && tail_ != nullptr;
  if (over_ || !error_.ok() || progress_.HasBatch()) {
    // The next page comes while this one goes out.
    if (idle && behind_ && progress_.IsLow()) Fetch();
    return Deliver();
  }
  if (!idle) return false;
  switch (phase_) {
    case Phase::kPage:
      return Fetch();
    case Phase::kPull:
      return Pull();
    case Phase::kWaitAny:
      return WaitForAny();
  }
  return false;
}

void LogReaderImpl::OnAnswer(const TailPage& answer) {
  if (answer.page.ok() && (*answer.page)->entries_only) {
    // The view of the record stays that of the last whole page.
    return Follow(progress_.OnEntriesPage(**answer.page));
  }
  view_.stamp = answer.asked_at;
  if (answer.page.ok()) {
    view_.record_number = (*answer.page)->record_number;
    const ReadProgress::Next next =
        progress_.OnPage(**answer.page, answer.asked_at.told);
    // What is ready is not delivered: it comes after the start.
    if (!progress_.HasBatch()) {
      MutexLock lock(&mu_);
      start_ = progress_.told();
    }
    view_.complete = progress_.complete();
    behind_ = !view_.complete;
    return Follow(next);
  }
  if (!absl::IsNotFound(answer.page.status())) {
    error_ = answer.page.status();
    return;
  }
  // Another principal's conversation is told as one that does not exist.
  Follow(progress_.OnPage(LogPage{}, answer.asked_at.told));
}

void LogReaderImpl::Follow(ReadProgress::Next next) {
  if (next != ReadProgress::Next::kHold) ahead_until_.reset();
  switch (next) {
    case ReadProgress::Next::kPage:
      phase_ = Phase::kPage;
      break;
    case ReadProgress::Next::kBatch:
    case ReadProgress::Next::kWait:
      phase_ = Phase::kPull;
      break;
    case ReadProgress::Next::kHold:
      if (!ahead_until_.has_value()) {
        ahead_until_ = std::chrono::steady_clock::now() +
                       ToChrono(options_.lost_tail_hold);
      }
      return HoldUntil(*ahead_until_, CursorLost());
    case ReadProgress::Next::kAbsent:
      return HoldUntil(absent_until_, ConversationNotFound());
    case ReadProgress::Next::kFailed:
      error_ = progress_.error();
      break;
  }
  if (timer_ != 0) timers_->Cancel(std::exchange(timer_, 0));
}

void LogReaderImpl::HoldUntil(SteadyTime until, absl::Status otherwise) {
  const auto left = until - std::chrono::steady_clock::now();
  if (left <= left.zero()) {
    error_ = std::move(otherwise);
    return;
  }
  phase_ = Phase::kWaitAny;
  if (timer_ != 0) timers_->Cancel(timer_);
  // A last look when the time is up.
  timer_ = timers_->After(absl::FromChrono(left), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->OnTail();
  });
}

bool LogReaderImpl::Fetch() {
  {
    MutexLock lock(&mu_);
    fetching_ = true;
  }
  tail_->Fetch(progress_.PageRequest(), options_.outage_hold,
               [weak = weak_from_this()](const TailPage& answer) {
                 const auto self = weak.lock();
                 if (self == nullptr) return;
                 {
                   MutexLock lock(&self->mu_);
                   self->fetching_ = false;
                   self->answer_ = answer;
                 }
                 self->Pump();
               });
  return false;
}

bool LogReaderImpl::SetWaiting(bool waiting) {
  MutexLock lock(&mu_);
  waiting_ = waiting;
  return !waiting;
}

bool LogReaderImpl::Pull() {
  std::vector<ChunkPtr> entries;
  SetWaiting(true);  // the news may come before Pull returns
  switch (
      tail_->Pull(progress_.position(), view_, shared_from_this(), &entries)) {
    case LogTail::Pulled::kEntries:
      behind_ = false;
      Follow(progress_.OnEntries(entries));
      return SetWaiting(false);
    case LogTail::Pulled::kPage:
      phase_ = Phase::kPage;
      return SetWaiting(false);
    case LogTail::Pulled::kWaiting:
      return false;
  }
  return false;
}

bool LogReaderImpl::WaitForAny() {
  phase_ = Phase::kPage;  // when the wait is over
  SetWaiting(true);
  if (tail_->WaitForAny(view_, shared_from_this())) return false;
  return SetWaiting(false);
}

bool LogReaderImpl::Deliver() {
  Callback<ReadBatch> done;
  {
    MutexLock lock(&mu_);
    done = std::exchange(pending_, nullptr);
  }
  if (!done) return false;
  if (over_ || !progress_.HasBatch()) {
    over_ = true;
    std::move(done)(error_);
    return true;
  }
  ReadBatch batch =
      progress_.TakeBatch(options_.max_batch_chunks, options_.max_batch_bytes);
  if (batch.ended) {
    over_ = true;
    error_ = absl::FailedPreconditionError("the stream has ended");
  }
  std::move(done)(std::move(batch));
  return true;
}

void LogReaderImpl::LetGo() {
  if (timer_ != 0) timers_->Cancel(std::exchange(timer_, 0));
  if (tail_ == nullptr) return;
  tail_->Leave(this);
  tail_.reset();
}

std::shared_ptr<LogReader> LogReader::Create(TailHub* hub, TimerQueue* timers,
                                             ReadRequest request,
                                             ReaderOptions options) {
  auto tail = hub->Attach(request.conversation.conversation_id);
  return std::make_shared<LogReaderImpl>(std::move(tail), timers,
                                         std::move(request), options);
}

}  // namespace agent
