#include "lib/log/log_tail.h"

#include <algorithm>
#include <utility>

namespace agent {
namespace {

// After the store's own expiry, which it tells in milliseconds.
constexpr absl::Duration kExpirySlack = absl::Milliseconds(50);

LogPosition PositionOf(const LogPage& page) {
  return {page.record_exists, page.log_exists, page.last_id,
          page.record_number, page.run_active, page.queued_runs};
}

// Until the first of the two goes; -1: neither does.
int64_t FirstExpiryMs(const LogPage& page) {
  if (page.log_ttl_ms < 0) return page.record_ttl_ms;
  if (page.record_ttl_ms < 0) return page.log_ttl_ms;
  return std::min(page.log_ttl_ms, page.record_ttl_ms);
}

}  // namespace

std::shared_ptr<LogTail> LogTail::Create(std::string conversation_id,
                                         ResponseLog* log, TimerQueue* timers,
                                         TailLimits limits,
                                         std::weak_ptr<TailHost> host) {
  auto tail = std::shared_ptr<LogTail>(
      new LogTail(std::move(conversation_id), timers, limits, std::move(host)));
  tail->flights_ = std::make_shared<PageFlights>(
      log, timers, [weak = tail->weak_from_this()] {
        const auto self = weak.lock();
        return self == nullptr ? TailStamp{} : self->Stamp();
      });
  return tail;
}

LogTail::LogTail(std::string conversation_id, TimerQueue* timers,
                 TailLimits limits, std::weak_ptr<TailHost> host)
    : conversation_id_(std::move(conversation_id)),
      timers_(timers),
      host_(std::move(host)),
      ring_(limits.max_chunks, limits.max_bytes) {}

LogTail::~LogTail() {
  TimerQueue::TimerId expiry = 0;
  {
    MutexLock lock(&mu_);
    expiry = expiry_;
  }
  if (expiry != 0) timers_->Cancel(expiry);
  if (const auto host = host_.lock()) host->Forget(conversation_id_);
}

TailStamp LogTail::Stamp() const {
  MutexLock lock(&mu_);
  return stamp_;
}

void LogTail::Fetch(LogPageRequest request, absl::Duration hold,
                    PageFlights::Done done) {
  auto taken = [weak = weak_from_this(), key = request.conversation,
                done = std::move(done)](const TailPage& answer) mutable {
    if (const auto self = weak.lock()) self->OnPage(answer, key);
    std::move(done)(answer);
  };
  flights_->Fetch(std::move(request), hold, std::move(taken));
}

void LogTail::OnPage(const TailPage& answer, const ConversationKey& key) {
  if (!answer.page.ok() || (*answer.page)->entries_only) return;
  const LogPage& page = **answer.page;
  bool changed = false;
  {
    MutexLock lock(&mu_);
    key_ = key;
    known_ = PositionOf(page);
    changed = often_ == page.record_exists;
    often_ = !page.record_exists;
    ArmExpiryLocked(FirstExpiryMs(page));
  }
  if (!changed) return;
  if (const auto host = host_.lock()) {
    host->LookOften(conversation_id_, !page.record_exists);
  }
}

void LogTail::ArmExpiryLocked(int64_t ttl_ms) {
  if (ttl_ms < 0) return;
  const SteadyTime due = std::chrono::steady_clock::now() +
                         ToChrono(absl::Milliseconds(ttl_ms) + kExpirySlack);
  // A timer that is too early looks, and arms another.
  if (expiry_ != 0 && expiry_due_ <= due) return;
  if (expiry_ != 0) timers_->Cancel(expiry_);
  expiry_due_ = due;
  expiry_ = timers_->After(absl::Milliseconds(ttl_ms) + kExpirySlack,
                           [weak = weak_from_this()] {
                             if (const auto self = weak.lock()) {
                               self->OnExpiry();
                             }
                           });
}

void LogTail::OnExpiry() {
  {
    MutexLock lock(&mu_);
    expiry_ = 0;
  }
  LookAll(/*distrust_ring=*/false);
}

LogTail::Pulled LogTail::Pull(StreamId position, const TailView& view,
                              const std::shared_ptr<TailWaiter>& waiter,
                              std::vector<ChunkPtr>* entries) {
  Waiters others;
  bool fetch = false;
  {
    MutexLock lock(&mu_);
    if (synced_) {
      auto after = ring_.After(position, kMaxPullChunks, kMaxPullBytes);
      if (after.has_value() && !after->empty()) {
        *entries = *std::move(after);
        return Pulled::kEntries;
      }
    }
    if (stamp_.look != view.stamp.look) return Pulled::kPage;
    const bool at_end = synced_ && position == ring_.end();
    const bool current = view.complete && stamp_.news == view.stamp.news;
    if (!at_end && !current) return Pulled::kPage;
    // Nothing follows `position`, and the ring must know that.
    if (!synced_ || position > ring_.end()) {
      others = SyncLocked(position, view.record_number);
    }
    waiters_[waiter.get()] = {waiter, position == ring_.end()};
    fetch = WantsFetchLocked();
  }
  Tell(others);
  Listen();
  if (fetch) ReadTail();
  return Pulled::kWaiting;
}

LogTail::Waiters LogTail::SyncLocked(StreamId position, int64_t number) {
  ring_.Reset(position);
  synced_ = true;
  number_ = number;
  wanted_ = number;
  local_ = false;
  ++stamp_.news;  // for those who wait elsewhere
  return std::exchange(waiters_, {});
}

bool LogTail::WaitForAny(const TailView& view,
                         const std::shared_ptr<TailWaiter>& waiter) {
  {
    MutexLock lock(&mu_);
    if (stamp_.look != view.stamp.look || stamp_.news != view.stamp.news) {
      return false;
    }
    waiters_[waiter.get()] = {waiter, /*at_end=*/false};
  }
  Listen();
  return true;
}

// Most who resume find everything in a page or two, and never wait: they cost
// no subscription. What came before it is heard is found by the look that
// follows.
void LogTail::Listen() {
  {
    MutexLock lock(&mu_);
    if (std::exchange(listens_, true)) return;
  }
  if (const auto host = host_.lock()) host->Listen(conversation_id_);
}

void LogTail::Leave(TailWaiter* waiter) {
  MutexLock lock(&mu_);
  waiters_.erase(waiter);
}

void LogTail::Tell(const Waiters& waiters) {
  for (const auto& [unused, waiting] : waiters) {
    if (const auto waiter = waiting.waiter.lock()) waiter->OnTail();
  }
}

LogTail::Waiters LogTail::TakeLooseLocked() {
  Waiters loose;
  for (auto it = waiters_.begin(); it != waiters_.end();) {
    if (!it->second.at_end) {
      loose.insert(waiters_.extract(it++));
    } else {
      ++it;
    }
  }
  return loose;
}

size_t LogTail::ring_bytes() const {
  MutexLock lock(&mu_);
  return ring_.bytes();
}

}  // namespace agent
