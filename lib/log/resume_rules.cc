#include "lib/log/resume_rules.h"

#include <map>
#include <string>
#include <utility>

#include "lib/base/error.h"

namespace agent {
namespace {

using Kind = ResumeVerdict::Kind;

ResumeVerdict GoOn() { return {Kind::kGoOn, 0, absl::OkStatus()}; }
ResumeVerdict Fail(absl::Status error) {
  return {Kind::kFail, 0, std::move(error)};
}

absl::Status DataError(absl::StatusCode code, std::string_view message,
                       const char* reason,
                       std::map<std::string, std::string> metadata = {}) {
  return MakeError(code, message,
                   {.reason = reason,
                    .metadata = std::move(metadata),
                    .retry_after = std::nullopt});
}

// A log from which everything was trimmed is as good as none.
bool HasLog(const LogPage& page) {
  return page.log_exists && !page.last_id.IsZero();
}

std::map<std::string, std::string> Kept(const LogPage& page) {
  // Without a log, what will be kept comes after the record's last entry.
  const StreamId first = HasLog(page) ? page.first_id : page.record_last;
  const StreamId last = HasLog(page) ? page.last_id : page.record_last;
  return {{"first_cursor", first.ToString()}, {"last_cursor", last.ToString()}};
}

bool IsAhead(const LogPage& page, StreamId cursor) {
  const auto now = static_cast<uint64_t>(page.now_ms);
  return cursor.ms > now && cursor.ms - now > kMaxCursorAheadMs;
}

const Chunk* NextNumbered(const LogPage& page) {
  for (const ChunkPtr& entry : page.entries) {
    if (!entry->IsForeign()) return entry.get();
  }
  return nullptr;
}

ResumeVerdict FromOldest(const LogPage& page) {
  const bool more_to_come = page.run_active || page.queued_runs > 0;
  if (HasLog(page) || page.record_number == 0 || more_to_come) return GoOn();
  return Fail(StreamExpired(page));
}

// A log that other programs wrote: all there is are ids.
ResumeVerdict WithoutRecord(const LogPage& page, StreamId cursor) {
  if (cursor < page.first_id) return Fail(CursorTrimmed(page));
  if (cursor > page.last_id && !IsAhead(page, cursor)) {
    return Fail(CursorLost());
  }
  return Fail(CursorForeign());
}

ResumeVerdict BeforeNext(const LogPage& page, StreamId cursor,
                         const Chunk& next) {
  const int64_t number = cursor.number();
  if (next.id.number() == number + 1) return GoOn();
  if (next.id.number() > number + 1) {
    // Within what is kept an entry of ours is never missing.
    return Fail(cursor < page.first_id ? CursorTrimmed(page) : CursorForeign());
  }
  if (next.IsAttemptStarted()) return GoOn();
  if (next.id.attempt() >= cursor.attempt()) {
    return {Kind::kSkip, number, absl::OkStatus()};
  }
  // The beginning of the cursor's attempt was lost, and the one before it went
  // on: what the reader was told to discard stands after all.
  return Fail(CursorLost());
}

ResumeVerdict BehindAll(const LogPage& page, StreamId cursor) {
  const int64_t number = cursor.number();
  if (IsAhead(page, cursor)) return Fail(CursorForeign());
  if (number > page.record_number) {
    const bool may_be_rewritten = page.run_active || page.queued_runs > 0;
    if (may_be_rewritten) return {Kind::kHold, 0, absl::OkStatus()};
    return Fail(CursorLost());
  }
  if (!HasLog(page) && number < page.record_number) {
    return Fail(StreamExpired(page));
  }
  // Both count from 1: no entry of ours ever had this id.
  if (number == 0 || cursor.attempt() == 0) return Fail(CursorForeign());
  return Fail(CursorLost());
}

}  // namespace

ResumeVerdict DecideResume(const LogPage& page, StreamId cursor) {
  if (!page.record_exists && !page.log_exists) {
    return {Kind::kGone, 0, absl::OkStatus()};
  }
  if (cursor.IsZero()) return FromOldest(page);
  if (page.cursor_exists) return GoOn();
  if (!page.record_exists) return WithoutRecord(page, cursor);
  if (cursor == page.record_last) return GoOn();
  if (const Chunk* next = NextNumbered(page)) {
    return BeforeNext(page, cursor, *next);
  }
  return BehindAll(page, cursor);
}

absl::Status CursorForeign() {
  return DataError(absl::StatusCode::kInvalidArgument,
                   "the cursor is not of this conversation",
                   reason::kCursorForeign, {{"field", "cursor"}});
}

absl::Status CursorLost() {
  return DataError(absl::StatusCode::kDataLoss,
                   "the store lost what lay at the cursor: drop the text that "
                   "was received and start over",
                   reason::kCursorLost);
}

absl::Status CursorTrimmed(const LogPage& page) {
  return DataError(absl::StatusCode::kOutOfRange,
                   "what follows the cursor was trimmed",
                   reason::kCursorTrimmed, Kept(page));
}

absl::Status StreamExpired(const LogPage& page) {
  return DataError(absl::StatusCode::kOutOfRange,
                   "what follows the cursor has expired",
                   reason::kStreamExpired, Kept(page));
}

absl::Status StateLost() {
  return DataError(absl::StatusCode::kDataLoss,
                   "the store lost the conversation in the middle of a run",
                   reason::kStateLost);
}

absl::Status ConversationNotFound() {
  return DataError(absl::StatusCode::kNotFound, "no such conversation",
                   reason::kConversationNotFound);
}

absl::Status RunNotFound() {
  return DataError(absl::StatusCode::kNotFound, "no such run",
                   reason::kRunNotFound);
}

}  // namespace agent
