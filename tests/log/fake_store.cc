#include "tests/log/fake_store.h"

#include <algorithm>
#include <utility>

#include "lib/log/entry_filter.h"

namespace agent::testing {

void FakeStore::Admit(const std::string& run) {
  {
    MutexLock lock(&mu_);
    record_exists_ = true;
    Run& added = runs_[run];
    added.run_id = run;
    added.accept_cursor = record_last_;
    order_.push_back(run);
    queue_.push_back(run);
  }
  Publish(0);
}

ChunkPtr FakeStore::Begin(const std::string& run) {
  ChunkPtr chunk;
  {
    MutexLock lock(&mu_);
    active_ = run;
    queue_.erase(std::remove(queue_.begin(), queue_.end(), run), queue_.end());
    Run& begun = runs_[run];
    begun.state = RunState::kRunning;
    ++begun.attempt;
    chunk = WriteLocked(AttemptStarted{});
    if (begun.first_id.IsZero()) begun.first_id = chunk->id;
  }
  Publish(chunk->id.number());
  return chunk;
}

ChunkPtr FakeStore::Say(std::string text) {
  ChunkPtr chunk;
  {
    MutexLock lock(&mu_);
    chunk = WriteLocked(TextPiece{std::move(text)});
  }
  Publish(chunk->id.number());
  return chunk;
}

ChunkPtr FakeStore::Complete() {
  ChunkPtr chunk;
  {
    MutexLock lock(&mu_);
    chunk = WriteLocked(RunCompleted{});
    runs_[active_].state = RunState::kCompleted;
    active_.clear();
  }
  Publish(chunk->id.number());
  return chunk;
}

ChunkPtr FakeStore::TearCompletion() {
  MutexLock lock(&mu_);
  const StreamId last = record_last_;
  const int64_t number = number_;
  const StreamId run_last = runs_[active_].last_id;
  ChunkPtr chunk = WriteLocked(RunCompleted{});
  torn_.insert(chunk->id);
  record_last_ = last;
  number_ = number;
  runs_[active_].last_id = run_last;
  return chunk;
}

void FakeStore::CancelQueued(const std::string& run) {
  {
    MutexLock lock(&mu_);
    runs_[run].state = RunState::kCancelled;
    queue_.erase(std::remove(queue_.begin(), queue_.end(), run), queue_.end());
  }
  Publish(0);
}

void FakeStore::Release() {
  MutexLock lock(&mu_);
  runs_[active_].state = RunState::kQueued;
  queue_.push_front(std::exchange(active_, ""));
}

ChunkPtr FakeStore::ForeignSay(bool done) {
  MutexLock lock(&mu_);
  log_exists_ = true;
  const StreamId id{++clock_ms_, 0};
  log_.push_back(done ? MakeChunk(id, RunCompleted{}, "") : Text(id, ""));
  return log_.back();
}

ChunkPtr FakeStore::WriteLocked(ChunkContent content) {
  Run& run = runs_[active_];
  log_exists_ = true;
  ++clock_ms_;
  const StreamId id{clock_ms_,
                    static_cast<uint64_t>(++number_ * 1000 + run.attempt)};
  record_last_ = id;
  run.last_id = id;
  log_.push_back(MakeChunk(id, std::move(content), active_));
  return log_.back();
}

void FakeStore::TrimBefore(StreamId first) {
  MutexLock lock(&mu_);
  std::erase_if(log_, [&](const ChunkPtr& c) { return c->id < first; });
}

void FakeStore::ExpireLog() {
  MutexLock lock(&mu_);
  log_.clear();
  log_exists_ = false;
  log_ttl_ms_ = -1;
}

void FakeStore::Delete() {
  MutexLock lock(&mu_);
  log_.clear();
  runs_.clear();
  order_.clear();
  queue_.clear();
  active_.clear();
  number_ = 0;
  record_last_ = {};
  log_exists_ = record_exists_ = false;
}

void FakeStore::LoseTail(int64_t entries) {
  MutexLock lock(&mu_);
  for (int64_t i = 0; i < entries; ++i) {
    Run& run = runs_[log_.back()->run_id];
    if (log_.back()->IsTerminal()) {
      run.state = RunState::kRunning;
      active_ = run.run_id;
    }
    if (run.first_id == log_.back()->id) {  // all that was known of it
      active_.clear();
      std::erase(order_, log_.back()->run_id);
      runs_.erase(log_.back()->run_id);
    }
    log_.pop_back();
  }
  record_last_ = log_.empty() ? StreamId{} : log_.back()->id;
  number_ = record_last_.number();
  if (!log_.empty()) runs_[log_.back()->run_id].last_id = record_last_;
}

void FakeStore::LoseWakes(bool lose) {
  MutexLock lock(&mu_);
  lose_wakes_ = lose;
}

void FakeStore::Publish(int64_t number) {
  {
    MutexLock lock(&mu_);
    if (lose_wakes_ || watched_.count(kConversation) == 0) return;
  }
  SendWake(number);
}

void FakeStore::SendWake(int64_t number) {
  MutexLock lock(&listener_mu_);
  if (listener_ != nullptr) listener_->OnWake(kConversation, number);
}

void FakeStore::SendWatching() {
  MutexLock lock(&listener_mu_);
  if (listener_ != nullptr) listener_->OnWatching(kConversation);
}

void FakeStore::SendReset() {
  MutexLock lock(&listener_mu_);
  if (listener_ != nullptr) listener_->OnReset();
}

void FakeStore::HoldPages(bool hold) {
  MutexLock lock(&mu_);
  hold_ = hold;
}

size_t FakeStore::held() const {
  MutexLock lock(&mu_);
  return held_.size();
}

absl::Duration FakeStore::held_timeout() const {
  MutexLock lock(&mu_);
  return held_.front().request.timeout;
}

int FakeStore::held_entries_only() const {
  MutexLock lock(&mu_);
  return held_.front().request.entries_only;
}

void FakeStore::ReadHeld() {
  MutexLock lock(&mu_);
  for (Held& held : held_) {
    if (held.answer.has_value()) continue;
    held.answer = PageLocked(held.request);
    return;
  }
}

void FakeStore::DeliverHeld() {
  Held held;
  {
    MutexLock lock(&mu_);
    held = std::move(held_.front());
    held_.pop_front();
    if (!held.answer.has_value()) held.answer = PageLocked(held.request);
  }
  std::move(held.done)(*std::move(held.answer));
}

void FakeStore::FailPages(absl::Status error) {
  MutexLock lock(&mu_);
  failure_ = std::move(error);
}

void FakeStore::SetTtl(int64_t log_ttl_ms, int64_t record_ttl_ms) {
  MutexLock lock(&mu_);
  log_ttl_ms_ = log_ttl_ms;
  record_ttl_ms_ = record_ttl_ms;
}

int FakeStore::pages_read() const {
  MutexLock lock(&mu_);
  return pages_read_;
}

int FakeStore::entry_pages_read() const {
  MutexLock lock(&mu_);
  return entry_pages_read_;
}

int FakeStore::positions_read() const {
  MutexLock lock(&mu_);
  return positions_read_;
}

std::multiset<std::string> FakeStore::watched() const {
  MutexLock lock(&mu_);
  return watched_;
}

int FakeStore::watches() const {
  MutexLock lock(&mu_);
  return watches_;
}

std::vector<ChunkPtr> FakeStore::log() const {
  MutexLock lock(&mu_);
  return log_;
}

StreamId FakeStore::record_last() const {
  MutexLock lock(&mu_);
  return record_last_;
}

void FakeStore::ReadPage(LogPageRequest request, Callback<LogPage> done) {
  absl::StatusOr<LogPage> page = absl::UnknownError("");
  {
    MutexLock lock(&mu_);
    ++pages_read_;
    if (hold_) {
      held_.push_back({std::move(request), std::move(done), std::nullopt});
      return;
    }
    page = PageLocked(request);
  }
  std::move(done)(std::move(page));
}

absl::StatusOr<LogPage> FakeStore::PageLocked(const LogPageRequest& request) {
  if (!failure_.ok()) return failure_;
  if (record_exists_ && request.conversation.principal != kPrincipal) {
    return absl::NotFoundError("another principal's");
  }
  if (auto entries = EntriesPageLocked(request)) return *std::move(entries);
  LogPage page;
  page.record_exists = record_exists_;
  page.log_exists = log_exists_;
  page.record_number = number_;
  page.record_last = record_last_;
  page.run_active = !active_.empty();
  page.queued_runs = static_cast<int64_t>(queue_.size());
  page.now_ms = static_cast<int64_t>(clock_ms_);
  page.log_ttl_ms = log_ttl_ms_;
  page.record_ttl_ms = record_ttl_ms_;
  FillRunLocked(request, &page);
  FillEntriesLocked(request, &page);
  return page;
}

std::optional<LogPage> FakeStore::EntriesPageLocked(
    const LogPageRequest& request) {
  LogPage page;
  page.entries_only = true;
  page.more = true;
  int64_t last = request.after.number();
  auto next = std::upper_bound(
      log_.begin(), log_.end(), request.after,
      [](StreamId id, const ChunkPtr& entry) { return id < entry->id; });
  for (int i = 0; i < request.entries_only && page.more; ++i, ++last, ++next) {
    page.more = next != log_.end() && IsPlainNext(last, **next);
    if (page.more) page.entries.push_back(*next);
  }
  if (page.entries.empty()) return std::nullopt;
  ++entry_pages_read_;
  return page;
}

void FakeStore::FillRunLocked(const LogPageRequest& request, LogPage* page) {
  std::string id = request.run_id;
  if (request.want_newest_run && !order_.empty()) id = order_.back();
  const auto run = runs_.find(id);
  if (run != runs_.end()) page->run = run->second;
}

void FakeStore::FillEntriesLocked(const LogPageRequest& request,
                                  LogPage* page) {
  if (log_.empty()) return;
  page->first_id = log_.front()->id;
  page->last_id = log_.back()->id;
  StreamId from;
  if (request.from_run && page->run.has_value()) {
    from = page->run->first_id;
    if (from.IsZero()) return;
  }
  for (const ChunkPtr& entry : log_) {
    if (!request.from_run && entry->id == request.after) {
      page->cursor_exists = true;
      page->cursor_terminal =
          entry->IsTerminal() && torn_.count(entry->id) == 0;
    }
    if (request.from_run ? entry->id < from : entry->id <= request.after) {
      continue;
    }
    if (page->entries.size() == static_cast<size_t>(request.max_entries)) {
      page->more = true;
      return;
    }
    page->entries.push_back(entry);
    if (torn_.count(entry->id) > 0) page->unconfirmed.push_back(entry->id);
  }
}

void FakeStore::ReadPositions(std::vector<std::string> conversation_ids,
                              Callback<std::vector<LogPosition>> done) {
  std::vector<LogPosition> positions;
  {
    MutexLock lock(&mu_);
    ++positions_read_;
    for (const std::string& id : conversation_ids) {
      LogPosition position;
      if (id == kConversation) {
        position = {record_exists_,
                    log_exists_,
                    log_.empty() ? StreamId{} : log_.back()->id,
                    number_,
                    !active_.empty(),
                    static_cast<int64_t>(queue_.size())};
      }
      positions.push_back(position);
    }
  }
  std::move(done)(std::move(positions));
}

void FakeStore::SetListener(WakeListener* listener) {
  MutexLock lock(&listener_mu_);
  listener_ = listener;
}

void FakeStore::Watch(std::string conversation_id) {
  MutexLock lock(&mu_);
  ++watches_;
  watched_.insert(std::move(conversation_id));
}

void FakeStore::Unwatch(std::string conversation_id) {
  MutexLock lock(&mu_);
  const auto one = watched_.find(conversation_id);
  if (one != watched_.end()) watched_.erase(one);
}

}  // namespace agent::testing
