#include "lib/log/read_progress.h"

#include <algorithm>
#include <utility>

#include "lib/log/resume_rules.h"

namespace agent {
namespace {

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
  page.max_entries = kWholePageEntries;
  if (page.run_id.empty() && IsOurs(position_)) {
    page.entries_only = next_entries_;
  }
  return page;
}

ReadProgress::Next ReadProgress::OnPage(const LogPage& page, uint64_t told) {
  const bool told_since = std::exchange(told_to_look_, told) != told;
  Next next = Next::kWait;
  complete_ = false;
  next_entries_ = 0;
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
  ExpectMore(page);
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

ReadProgress::Next ReadProgress::OnEntriesPage(const LogPage& page) {
  const Next next = OnEntries(page.entries);
  if (next != Next::kPage) ExpectMore(page);
  return next;
}

// As many as have room if all are as large as the largest of this page.
void ReadProgress::ExpectMore(const LogPage& page) {
  next_entries_ = 0;
  if (!page.more) return;
  size_t largest = 1;
  for (const ChunkPtr& entry : page.entries) {
    largest = std::max(largest, entry->ByteSize());
  }
  next_entries_ = static_cast<int>(
      std::clamp<size_t>(kPageBytes / largest, 1, kPageEntries));
}

ReadProgress::Next ReadProgress::OnEntries(
    const std::vector<ChunkPtr>& entries) {
  next_entries_ = 0;
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

ReadBatch ReadProgress::TakeBatch(size_t max_chunks, size_t max_bytes) {
  ReadBatch batch;
  batch.chunks.reserve(std::min(ready_.size(), max_chunks));
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
