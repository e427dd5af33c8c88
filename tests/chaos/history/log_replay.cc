#include "tests/chaos/history/log_replay.h"

#include <optional>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/chaos/history/rules.h"

namespace agent::chaos {

void LogReplay::Run() {
  counts_.entries += static_cast<int64_t>(conversation_.entries.size());
  for (const auto& [id, entry] : conversation_.entries) {
    CheckId(entry.chunk);
    if (entry.chunk.IsForeign() || id.number() <= 0) continue;
    Push(entry);
  }
  DropLostTail();
  CheckHoles();
}

// Nothing need have been written in place of what was lost last.
void LogReplay::DropLostTail() {
  while (
      Last() != nullptr && !Last()->stands &&
      losses_.MayHaveTaken(WriteTime(Last()->chunk), absl::InfiniteFuture())) {
    ++counts_.taken_back;
    if (Last()->chunk.IsTerminal()) ++counts_.ends_taken_back;
    log_.pop_back();
  }
}

void LogReplay::Push(const EntryView& entry) {
  const Chunk& chunk = entry.chunk;
  const auto index = static_cast<size_t>(chunk.id.number() - 1);
  if (index < log_.size()) CutBackTo(entry);
  if (index > log_.size()) LeaveHole(entry);
  // What a reader passes over as seen must be what it saw.
  if (chunk.IsAttemptStarted()) taken_.clear();
  ComparePiece(chunk);
  const EntryView* last = Last();
  if (log_.empty() || (last != nullptr && last->chunk.run_id != chunk.run_id)) {
    CheckBegins(chunk);
  }
  if (last != nullptr) CheckFollows(entry, *last);
  if (const auto* started = std::get_if<AttemptStarted>(&chunk.content)) {
    CheckDiscard(chunk, *started);
  }
  log_.push_back(&entry);
}

void LogReplay::CutBackTo(const EntryView& entry) {
  const auto index = static_cast<size_t>(entry.chunk.id.number() - 1);
  const absl::Time by = WriteTime(entry.chunk);
  taken_from_ = index + 1;
  taken_.assign(log_.begin() + static_cast<std::ptrdiff_t>(index), log_.end());
  log_.resize(index);
  const EntryView* unexcused = nullptr;
  for (const EntryView* taken : taken_) {
    if (taken == nullptr) continue;
    ++counts_.taken_back;
    if (taken->chunk.IsTerminal()) ++counts_.ends_taken_back;
    const absl::Time written = WriteTime(taken->chunk);
    if (!losses_.MayHaveTaken(written, by)) unexcused = taken;
  }
  if (unexcused == nullptr) return;
  Add(rule::kTakenBack, entry.chunk,
      "stands where " + unexcused->seen_by + " saw " +
          Describe(unexcused->chunk) + ", and no power loss took that");
}

void LogReplay::ComparePiece(const Chunk& now) {
  const auto number = static_cast<size_t>(now.id.number());
  if (number < taken_from_ || number - taken_from_ >= taken_.size()) return;
  const EntryView* before = taken_[number - taken_from_];
  if (before == nullptr) return;
  const Chunk& then = before->chunk;
  // Where a later attempt's beginning was lost, the one before it may go on:
  // who saw the later one is told that its cursor was lost.
  if (now.run_id == then.run_id && now.attempt < then.attempt) return;
  if (now.run_id == then.run_id && now.sequence == then.sequence &&
      now.attempt == then.attempt && now.content == then.content) {
    return;
  }
  Add(rule::kRewriteDiffers, now,
      "was written in place of " + Describe(then) + " without a new attempt");
}

// Only what was lost again can have been seen by nobody: all that stands at the
// end is read at the end.
void LogReplay::LeaveHole(const EntryView& entry) {
  log_.resize(static_cast<size_t>(entry.chunk.id.number() - 1), nullptr);
}

void LogReplay::CheckHoles() {
  // Of a log that was deleted nobody may have seen all.
  if (conversation_.MayBeDeleted(absl::InfiniteFuture())) return;
  for (size_t i = 0; i < log_.size(); ++i) {
    if (log_[i] != nullptr) continue;
    findings_.Add(rule::kGap, conversation_.id, "",
                  absl::StrCat("the log has no entry with n ", i + 1));
    return;
  }
}

void LogReplay::CheckId(const Chunk& chunk) {
  if (chunk.IsForeign()) {
    Add(rule::kForeignEntry, chunk, "has no run");
    return;
  }
  const auto run = conversation_.runs.find(chunk.run_id);
  const bool accepted =
      run != conversation_.runs.end() && !run->second.answers.empty();
  if (!accepted && !conversation_.unsure_submits) {
    Add(rule::kForeignEntry, chunk, "is of a run that was never accepted");
  }
  if (chunk.id.number() <= 0 || chunk.id.attempt() != chunk.attempt ||
      chunk.attempt < 1) {
    Add(rule::kEntryId, chunk, "does not have its number or attempt in its id");
  }
  if (chunk.create_time_ms > static_cast<int64_t>(chunk.id.ms)) {
    Add(rule::kEntryId, chunk,
        absl::StrCat("was written at ", chunk.create_time_ms));
  }
}

void LogReplay::CheckFollows(const EntryView& entry, const EntryView& before) {
  const Chunk& chunk = entry.chunk;
  const Chunk& last = before.chunk;
  // What stood here instead when this was written was lost again, before
  // anybody saw it. Of what stands in the end nothing was.
  const bool both_stand = entry.stands && before.stands;
  if (!both_stand && losses_.MayHaveTaken(WriteTime(last), WriteTime(chunk))) {
    return;
  }
  const std::string after = "follows " + Describe(last);
  if (chunk.run_id != last.run_id) {
    if (!last.IsTerminal()) Add(rule::kSerialTurns, chunk, after);
    return;
  }
  if (last.IsTerminal()) Add(rule::kTwoEnds, chunk, after);
  if (chunk.sequence != last.sequence + 1) Add(rule::kGap, chunk, after);
  const bool begins = chunk.IsAttemptStarted();
  if (begins) ++counts_.takeovers;
  if (!GoesOn(chunk, last, losses_)) Add(rule::kTwoWriters, chunk, after);
}

void LogReplay::CheckBegins(const Chunk& chunk) {
  if (chunk.sequence == 0 && chunk.IsAttemptStarted()) return;
  Add(rule::kGap, chunk, "is the first of its run");
}

void LogReplay::CheckDiscard(const Chunk& chunk,
                             const AttemptStarted& started) {
  if (started.discard_after.empty()) return;
  const std::optional<StreamId> limit = StreamId::Parse(started.discard_after);
  if (!limit.has_value() || limit->number() < 1 ||
      limit->number() > static_cast<int64_t>(log_.size())) {
    Add(rule::kWrongDiscard, chunk, "names no entry that stands");
    return;
  }
  const EntryView* stands = log_[static_cast<size_t>(limit->number() - 1)];
  if (stands != nullptr && stands->chunk.run_id != chunk.run_id) {
    Add(rule::kWrongDiscard, chunk, "names " + Describe(stands->chunk));
  }
}

void LogReplay::Add(const char* rule, const Chunk& chunk,
                    const std::string& why) {
  findings_.Add(rule, conversation_.id, chunk.run_id,
                Describe(chunk) + " " + why);
}

const EntryView* LogReplay::Last() const {
  return log_.empty() ? nullptr : log_.back();
}

}  // namespace agent::chaos
