#include "client/src/chunk_order.h"

#include "absl/strings/str_cat.h"
#include "client/src/chunk_kind.h"
#include "client/src/failure.h"

namespace agent::client {

ChunkOrder::ChunkOrder(const std::string& cursor, const std::string& run_id)
    : only_run_(run_id),
      starts_within_(!cursor.empty() && cursor != "0-0"),
      cursor_(cursor),
      at_(Cursor::Parse(cursor)) {
  if (at_.has_value()) number_ = at_->number();
}

absl::StatusOr<bool> ChunkOrder::Take(const v1::ResponseChunk& chunk) {
  const std::optional<Cursor> at = Cursor::Parse(chunk.cursor());
  if (!at.has_value()) return Incomplete("a chunk has a malformed cursor");
  if (!only_run_.empty() && chunk.run_id() != only_run_) {
    return Incomplete("a chunk of another run came");
  }
  if (IsForeign(chunk)) {
    // Other programs' entries have no number: their ids alone are in order.
    if (at_.has_value() && *at <= *at_) return false;
  } else if (IsCancelledInQueue(chunk)) {
    if (begun_ && ended_ && chunk.run_id() == run_id_) return false;
  } else {
    absl::StatusOr<bool> next = TakeNumbered(chunk, *at);
    if (!next.ok() || !*next) return next;
  }
  Advance(chunk, *at);
  return true;
}

absl::StatusOr<bool> ChunkOrder::TakeNumbered(const v1::ResponseChunk& chunk,
                                              const Cursor& at) {
  absl::Status status;
  if (chunk.has_attempt_started()) {
    status = CheckAttempt(chunk, at);
  } else if (at.number() <= number_) {
    return false;
  } else {
    status = CheckNext(chunk, at);
  }
  if (!status.ok()) return status;
  number_ = at.number();
  return true;
}

absl::Status ChunkOrder::CheckNext(const v1::ResponseChunk& chunk,
                                   const Cursor& at) const {
  const bool same_run = begun_ && chunk.run_id() == run_id_;
  // Where the run's own beginning is known, it is counted from there.
  const bool sequence_known = same_run || begun_ || !starts_within_;
  const int64_t sequence = same_run ? next_sequence_ : 0;
  if (sequence_known && chunk.sequence() != sequence) {
    return Incomplete(absl::StrCat("chunk ", sequence,
                                   " of the run is missing, ", chunk.sequence(),
                                   " came"));
  }
  // A run asked for by name may begin anywhere after the start.
  const bool begins_elsewhere =
      !same_run && chunk.sequence() == 0 && !only_run_.empty();
  if (number_ > 0 && !begins_elsewhere && at.number() != number_ + 1) {
    return Incomplete(absl::StrCat("entry ", number_ + 1,
                                   " of the log is missing, ", at.number(),
                                   " came"));
  }
  return absl::OkStatus();
}

absl::Status ChunkOrder::CheckAttempt(const v1::ResponseChunk& chunk,
                                      const Cursor& at) const {
  // What is missing before it does not matter if it is to be discarded.
  if (number_ == 0 || at.number() <= number_ + 1) return absl::OkStatus();
  // A run's entries stand together, so it is the run's own if it began before.
  const std::string& discard_after = chunk.attempt_started().discard_after();
  if (discard_after.empty()) {
    const bool own = begun_ && chunk.run_id() == run_id_;
    if (own || !only_run_.empty()) return absl::OkStatus();
    return Incomplete("the chunks before a run are missing");
  }
  const std::optional<Cursor> limit = Cursor::Parse(discard_after);
  if (limit.has_value() && limit->number() <= number_) return absl::OkStatus();
  return Incomplete("chunks that stand are missing before an attempt");
}

void ChunkOrder::Advance(const v1::ResponseChunk& chunk, const Cursor& at) {
  // Its cursor is the newest position of a log that was not read up to there.
  const bool aside = IsCancelledInQueue(chunk) && begun_ && !ended_;
  if (aside) return;
  cursor_ = chunk.cursor();
  at_ = at;
  begun_ = true;
  ended_ = IsTerminal(chunk);
  run_id_ = chunk.run_id();
  next_sequence_ = chunk.sequence() + 1;
}

void ChunkOrder::Reach(const std::string& cursor) {
  const std::optional<Cursor> at = Cursor::Parse(cursor);
  if (!at.has_value()) return;
  const bool same_entry = begun_ && at->number() == number_;
  const bool within_run = begun_ && !ended_ && !run_id_.empty();
  if (within_run && !same_entry) return;  // it cannot have been taken
  if (at_.has_value() && *at < *at_ && !same_entry) return;
  cursor_ = cursor;
  at_ = at;
}

}  // namespace agent::client
