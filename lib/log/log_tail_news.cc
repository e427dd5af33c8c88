// What a tail does with news: chunks of this process, wake-ups, pages read
// after them, positions polled.
#include <algorithm>
#include <utility>

#include "lib/log/log_tail.h"

namespace agent {
namespace {

bool SameButEntries(const LogPosition& a, const LogPosition& b) {
  return a.record_exists == b.record_exists && a.log_exists == b.log_exists &&
         a.run_active == b.run_active && a.queued_runs == b.queued_runs;
}

}  // namespace

void LogTail::OnStored(const std::vector<ChunkPtr>& chunks) {
  Waiters told;
  {
    MutexLock lock(&mu_);
    ++stamp_.news;
    for (const ChunkPtr& chunk : chunks) {
      if (!synced_) break;
      // A page was quicker.
      if (chunk->id <= ring_.end() && chunk->id.number() <= number_) continue;
      if (PushLocked(chunk)) {
        local_ = true;
      } else {
        DropRingLocked();
      }
    }
    told = std::exchange(waiters_, {});
  }
  Tell(told);
}

bool LogTail::PushLocked(const ChunkPtr& chunk) {
  if (chunk->id <= ring_.end()) return false;
  if (!chunk->IsForeign()) {
    if (chunk->id.number() != number_ + 1) return false;
    number_ = chunk->id.number();
    wanted_ = std::max(wanted_, number_);
  }
  ring_.Push(chunk);
  return true;
}

void LogTail::DropRingLocked() {
  synced_ = false;
  local_ = false;
  ring_.Reset({});
}

void LogTail::OnWake(int64_t number) {
  if (number <= 0) {
    {
      MutexLock lock(&mu_);
      ++stamp_.told;
    }
    return LookAll(/*distrust_ring=*/false);
  }
  Waiters told;
  bool fetch = false;
  bool check = false;
  {
    MutexLock lock(&mu_);
    ++stamp_.news;
    wanted_ = std::max(wanted_, number);
    if (synced_) {
      told = TakeLooseLocked();
      check = local_ && wanted_ > number_;
      fetch = WantsFetchLocked();
    } else {
      told = std::exchange(waiters_, {});
    }
  }
  Tell(told);
  if (fetch) ReadTail();
  const auto host = check ? host_.lock() : nullptr;
  if (host != nullptr) host->CheckSoon(shared_from_this(), number);
}

void LogTail::OnWatching() {
  {
    MutexLock lock(&mu_);
    if (std::exchange(watching_, true)) return;
  }
  OnWake(0);
}

void LogTail::CheckStored(int64_t number) {
  bool fetch = false;
  {
    MutexLock lock(&mu_);
    if (number_ >= number) return;
    local_ = false;
    fetch = WantsFetchLocked();
  }
  if (fetch) ReadTail();
}

void LogTail::OnReset() { LookAll(/*distrust_ring=*/true); }

void LogTail::LookAll(bool distrust_ring) {
  Waiters told;
  {
    MutexLock lock(&mu_);
    ++stamp_.look;
    ++stamp_.news;
    if (distrust_ring) DropRingLocked();
    told = std::exchange(waiters_, {});
  }
  Tell(told);
}

void LogTail::OnPosition(const LogPosition& position) {
  bool look = false;
  bool lost = false;
  bool fetch = false;
  {
    MutexLock lock(&mu_);
    if (!known_.has_value()) return;
    const LogPosition before = *std::exchange(known_, position);
    const StreamId newest = synced_ ? ring_.end() : before.last_id;
    const bool has_entries = !position.last_id.IsZero();
    lost = has_entries && position.last_id < newest;
    look = lost || !SameButEntries(before, position);
    if (!look && has_entries && position.last_id > newest) {
      look = !synced_ || waiters_.empty();
      fetch = !look && !fetching_;
      if (fetch) BeginFetchLocked();
    }
  }
  if (look) LookAll(lost);
  if (fetch) ReadTail();
}

// Someone waits at the ring's end for entries that are known to be there.
bool LogTail::WantsFetchLocked() {
  const bool wants = synced_ && !local_ && wanted_ > number_ && !fetching_ &&
                     !waiters_.empty();
  if (wants) BeginFetchLocked();
  return wants;
}

void LogTail::BeginFetchLocked() {
  fetching_ = true;
  fetch_wanted_ = wanted_;
}

void LogTail::ReadTail() {
  LogPageRequest request;
  StreamId after;
  {
    MutexLock lock(&mu_);
    request.conversation = key_;
    after = request.after = ring_.end();
  }
  // Readers hold out while the store cannot be reached; the tail need not.
  Fetch(std::move(request), absl::ZeroDuration(),
        [weak = weak_from_this(), after](const TailPage& answer) {
          if (const auto self = weak.lock()) self->OnTailPage(after, answer);
        });
}

void LogTail::OnTailPage(StreamId after, const TailPage& answer) {
  bool useless = !answer.page.ok();
  Waiters told;
  bool fetch = false;
  {
    MutexLock lock(&mu_);
    fetching_ = false;
    if (!synced_) return;
    if (!useless) useless = !TakeTailPageLocked(after, **answer.page, &told);
    // News that the page does not bear out was of a tail that is lost.
    if (wanted_ == fetch_wanted_) wanted_ = number_;
    if (!useless && (*answer.page)->more) wanted_ = number_ + 1;
    fetch = !useless && WantsFetchLocked();
  }
  if (useless) LookAll(/*distrust_ring=*/true);
  Tell(told);
  if (fetch) ReadTail();
}

bool LogTail::TakeTailPageLocked(StreamId after, const LogPage& page,
                                 Waiters* told) {
  const bool continues = page.cursor_exists || after == page.record_last ||
                         (after.IsZero() && !page.entries.empty());
  if (!continues) return false;
  bool pushed = false;
  for (const ChunkPtr& entry : page.entries) {
    const bool torn =
        std::find(page.unconfirmed.begin(), page.unconfirmed.end(),
                  entry->id) != page.unconfirmed.end();
    // What this process stored meanwhile is there already.
    if (torn || entry->id <= ring_.end()) continue;
    if (!PushLocked(entry)) return false;
    pushed = true;
  }
  if (!pushed) return true;
  ++stamp_.news;
  *told = std::exchange(waiters_, {});
  return true;
}

}  // namespace agent
