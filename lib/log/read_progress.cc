#include "lib/log/read_progress.h"

#include <algorithm>
#include <utility>

#include "lib/log/resume_rules.h"

namespace agent {
namespace {

// What a reader keeps of a page that its client has not taken; the rest is read
// again.
constexpr size_t kMaxReadyBytes = 64 << 10;

bool NeverBegan(const Run& run) {
  return run.state == RunState::kCancelled && run.first_id.IsZero();
}

// Ids of other programs' entries have no number that means anything.
bool IsOurs(StreamId id) { return id.number() > 0 && id.attempt() > 0; }

bool IsUnconfirmed(const LogPage& page, StreamId id) {
  return std::find(page.unconfirmed.begin(), page.unconfirmed.end(), id) !=
         page.unconfirmed.end();
}

}  // namespace

ReadProgress::ReadProgress(ReadRequest request)
    : request_(std::move(request)),
      scope_(request_.run_id.empty() ? ReadScope::All(request_.follow)
                                     : ReadScope::Only(request_.run_id)),
      position_(request_.cursor.value_or(StreamId{})),
      told_(position_) {
  if (IsOurs(position_)) number_ = position_.number();
}

LogPageRequest ReadProgress::PageRequest() const {
  LogPageRequest page;
  page.conversation = request_.conversation;
  page.after = position_;
  page.run_id = scope_.awaited().empty() ? next_run_ : scope_.awaited();
  page.from_run = !started_ && !request_.cursor.has_value();
  const bool at_end = !started_ || at_terminal_;
  page.want_newest_run = page.run_id.empty() && at_end && !scope_.follows();
  page.want_newest_run |= page.from_run && page.run_id.empty();
  return page;
}

ReadProgress::Next ReadProgress::OnPage(const LogPage& page, uint64_t told) {
  const bool told_since = std::exchange(told_to_look_, told) != told;
  Next next = Next::kWait;
  complete_ = false;
  if (!started_ && !Start(page, &next)) return next;
  const ResumeVerdict verdict = DecideResume(page, position_);
  switch (verdict.kind) {
    case ResumeVerdict::Kind::kGone:
      return Gone(told_since);
    case ResumeVerdict::Kind::kHold:
      return Next::kHold;
    case ResumeVerdict::Kind::kFail:
      if (SkipsToRun(page, verdict.error)) return Next::kPage;
      return Fail(verdict.error);
    case ResumeVerdict::Kind::kSkip:
    case ResumeVerdict::Kind::kGoOn:
      break;
  }
  return TakePage(page);
}

// In the middle of a run nothing expires, and a deletion is told.
ReadProgress::Next ReadProgress::Gone(bool told_since) {
  const bool in_a_run = IsOurs(position_) && !at_terminal_;
  const bool lost = in_a_run && !told_since && position_ == told_;
  return Fail(lost ? StateLost() : ConversationNotFound());
}

bool ReadProgress::Start(const LogPage& page, Next* next) {
  if (!page.record_exists && !page.log_exists) {
    *next = Next::kAbsent;
    return false;
  }
  if (!request_.run_id.empty()) {
    if (!page.run.has_value()) {
      *next = Fail(RunNotFound());
      return false;
    }
    if (NeverBegan(*page.run)) {
      *next = TellCancelled(page, *page.run);
      return false;
    }
  }
  started_ = true;
  return request_.cursor.has_value() ? StartAtCursor(page, next)
                                     : StartAtRun(page, next);
}

bool ReadProgress::StartAtCursor(const LogPage& page, Next* next) {
  if (request_.run_id.empty()) return true;
  // By the id: a cursor in a tail that was lost may have a higher number than
  // the end that was written after it, never a higher id.
  const bool seen = IsEnded(page.run->state) &&
                    position_ >= page.run->last_id &&
                    position_.number() <= page.record_number;
  if (seen) *next = End();
  return !seen;
}

bool ReadProgress::StartAtRun(const LogPage& page, Next* next) {
  // Without a run there is another program's log, from its oldest entry.
  if (!page.run.has_value()) return true;
  if (request_.run_id.empty()) {
    if (NeverBegan(*page.run)) {
      *next = TellCancelled(page, *page.run);
      return false;
    }
    scope_ = ReadScope::From(page.run->run_id, request_.follow);
  }
  if (page.run->first_id.IsZero()) {
    StandAtEnd(page);
  } else {
    StandBefore(page.run->first_id);
  }
  return true;
}

// A position that no entry has: after everything numbered lower, before this.
void ReadProgress::StandBefore(StreamId first) {
  const uint64_t number = first.seq / 1000;
  position_ = {first.ms, number == 0 ? 0 : number * 1000 - 1};
  number_ = static_cast<int64_t>(number) - 1;
  told_ = position_;
  at_terminal_ = false;
}

void ReadProgress::StandAtEnd(const LogPage& page) {
  position_ = page.record_last;
  number_ = position_.IsZero() ? kAnyNumber : page.record_number;
  told_ = position_;
  at_terminal_ = false;
}

// What was lost before the run that is read was not of that run.
bool ReadProgress::SkipsToRun(const LogPage& page, const absl::Status& error) {
  if (scope_.awaited().empty() || !page.run.has_value()) return false;
  if (!absl::IsOutOfRange(error)) return false;
  const StreamId first = page.run->first_id;
  if (first.IsZero()) {
    StandAtEnd(page);
    return true;
  }
  if (first.number() <= position_.number() + 1) return false;
  StandBefore(first);
  return true;
}

ReadProgress::Next ReadProgress::TakePage(const LogPage& page) {
  if (page.cursor_exists) at_terminal_ = page.cursor_terminal;
  for (const ChunkPtr& entry : page.entries) {
    const Taken taken = TakeEntry(entry, IsUnconfirmed(page, entry->id));
    if (taken == Taken::kYes) continue;
    // What came before a gap goes out first; the next page meets it again.
    return HasBatch() ? Next::kBatch : Fail(CursorTrimmed(page));
  }
  complete_ = !page.more;
  if (HasBatch()) return Next::kBatch;
  if (page.more) return Next::kPage;
  return AtEnd(page);
}

ReadProgress::Next ReadProgress::OnEntries(
    const std::vector<ChunkPtr>& entries) {
  for (const ChunkPtr& entry : entries) {
    const Taken taken = TakeEntry(entry, /*unconfirmed=*/false);
    if (taken == Taken::kYes) continue;
    // A gap: only a page has the facts.
    return HasBatch() ? Next::kBatch : Next::kPage;
  }
  return HasBatch() ? Next::kBatch : Next::kWait;
}

ReadProgress::Taken ReadProgress::TakeEntry(const ChunkPtr& entry,
                                            bool unconfirmed) {
  if (ended_ || ready_bytes_ >= kMaxReadyBytes) return Taken::kFull;
  const EntryVerdict verdict = JudgeEntry(number_, *entry, unconfirmed);
  if (verdict == EntryVerdict::kUnconfirmed) return Taken::kYes;
  if (verdict == EntryVerdict::kGap) return Taken::kGap;
  position_ = entry->id;
  at_terminal_ = entry->IsTerminal();
  if (verdict == EntryVerdict::kRepeat) return Taken::kYes;
  number_ = NumberAfter(number_, *entry);
  told_ = entry->id;
  next_run_.clear();
  if (!scope_.Passes(*entry)) return Taken::kYes;
  ready_bytes_ += entry->ByteSize();
  ready_.push_back(entry);
  ended_ = scope_.EndsAfter(*entry);
  return Taken::kYes;
}

ReadProgress::Next ReadProgress::AtEnd(const LogPage& page) {
  // An expired log's oldest entry is the one that comes next.
  if (position_.IsZero()) position_ = page.record_last;
  const bool expired = page.last_id.IsZero() && position_ == page.record_last;
  if (expired) at_terminal_ = true;
  if (!scope_.awaited().empty()) return AwaitRun(page);
  // A run that began ends with an entry, and nothing else is an end.
  if (scope_.follows() || !request_.run_id.empty()) return Next::kWait;
  return AwaitNextRun(page);
}

ReadProgress::Next ReadProgress::AwaitRun(const LogPage& page) {
  if (!page.run.has_value()) return Fail(RunNotFound());
  if (NeverBegan(*page.run)) return TellCancelled(page, *page.run);
  const int64_t last = page.run->last_id.number();
  if (!IsEnded(page.run->state) || last > position_.number()) {
    return Next::kWait;
  }
  // Its entries are behind us, and none was met: the client had them before,
  // or they are gone.
  const bool had =
      request_.cursor.has_value() && request_.cursor->number() >= last;
  return had ? End() : Fail(CursorTrimmed(page));
}

// Stands at the end of a run, or of a log that has expired: is there a next?
ReadProgress::Next ReadProgress::AwaitNextRun(const LogPage& page) {
  if (!at_terminal_) return Next::kWait;
  const bool asked_newest = next_run_.empty();
  const std::string awaited = std::exchange(next_run_, "");
  if (page.run_active || page.queued_runs > 0) {
    if (page.run.has_value() && page.run->state == RunState::kQueued) {
      next_run_ = page.run->run_id;
    } else if (!asked_newest) {
      return Next::kPage;  // which queued run to await now
    }
    return Next::kWait;
  }
  // Where nothing was ever written no reader has seen an end: the newest run,
  // which never began, is the one that is told.
  const bool never_written = page.record_number == 0 && position_.IsZero();
  const bool told_off =
      page.run.has_value() && NeverBegan(*page.run) &&
      (never_written || (!asked_newest && page.run->run_id == awaited));
  if (told_off) return TellCancelled(page, *page.run);
  return never_written ? Next::kWait : End();
}

ReadProgress::Next ReadProgress::TellCancelled(const LogPage& page,
                                               const Run& run) {
  auto chunk = std::make_shared<Chunk>();
  chunk->id = page.record_last;
  chunk->run_id = run.run_id;
  chunk->create_time_ms = run.end_time_ms > 0 ? run.end_time_ms : page.now_ms;
  chunk->content = RunCancelled{};
  started_ = true;
  position_ = std::max(page.record_last, position_);
  told_ = chunk->id;
  number_ = position_.IsZero() ? kAnyNumber : page.record_number;
  ready_bytes_ += chunk->ByteSize();
  ready_.push_back(std::move(chunk));
  if (!scope_.follows()) return End();
  scope_ = ReadScope::All(true);
  return Next::kBatch;
}

ReadProgress::Next ReadProgress::End() {
  ended_ = true;
  return Next::kBatch;
}

ReadProgress::Next ReadProgress::Fail(absl::Status error) {
  error_ = std::move(error);
  return Next::kFailed;
}

ReadBatch ReadProgress::TakeBatch(size_t max_chunks, size_t max_bytes) {
  ReadBatch batch;
  size_t bytes = 0;
  while (!ready_.empty()) {
    const size_t size = ready_.front()->ByteSize();
    const bool full =
        batch.chunks.size() >= max_chunks || bytes + size > max_bytes;
    if (full && !batch.chunks.empty()) break;
    bytes += size;
    ready_bytes_ -= size;
    batch.chunks.push_back(std::move(ready_.front()));
    ready_.pop_front();
  }
  batch.cursor = ready_.empty() ? told_ : batch.chunks.back()->id;
  batch.ended = ended_ && ready_.empty();
  return batch;
}

}  // namespace agent
