#include "tests/chaos/history/reader_check.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "lib/base/digest.h"
#include "tests/chaos/history/rules.h"
#include "tests/chaos/texts.h"

namespace agent::chaos {

std::vector<SeenEnd> ReaderCheck::Run() {
  ++counts_.readers;
  for (const auto& [at, event] : reader_.events) {
    std::visit([this, when = at](const auto* body) { Take(when, body); },
               event);
  }
  CheckAll();
  return std::move(ends_);
}

void ReaderCheck::Take(absl::Time at, const StreamOpen* open) {
  open_ = open;
  opened_at_ = at;
  if (!start_.has_value()) start_ = open->cursor;
  ended_in_call_ = false;
  broken_off_ = false;
}

void ReaderCheck::Take(absl::Time, const StartOver*) {
  ++counts_.start_overs;
  start_.reset();
  last_.reset();
  ended_ = false;
  texts_.clear();
}

void ReaderCheck::Take(absl::Time at, const ChunkSeen* seen) {
  const Chunk& chunk = seen->chunk;
  // A lost delete brings the conversation back, and so does a request that was
  // still on its way.
  if (opened_at_ > conversation_.deleted_at() && !losses_.any() &&
      !conversation_.unsure_submits) {
    Add(rule::kDeletedLives, chunk.run_id,
        Describe(chunk) + " came to a call made after the delete");
  }
  if (ended_in_call_ && !open_->follow) {
    Add(rule::kAfterEnd, chunk.run_id,
        Describe(chunk) + " came in a call that had its end");
  }
  ended_in_call_ = ended_in_call_ || chunk.IsTerminal();
  if (!open_->run.empty() && chunk.run_id != open_->run) {
    Add(rule::kOtherRun, chunk.run_id,
        Describe(chunk) + " came to a reader of " + open_->run);
  }
  if (IsQueuedCancel(chunk)) {
    // Beside the log: it moves nothing there.
    ended_ = true;
    ends_.push_back({reader_.name, at, chunk.run_id, chunk, ""});
    return;
  }
  if (!CheckPlace(chunk)) return;
  TakeText(chunk);
  last_ = chunk;
  ended_ = chunk.IsTerminal();
  if (ended_) TakeEnd(at, chunk);
}

bool ReaderCheck::CheckPlace(const Chunk& chunk) {
  if (chunk.IsForeign()) return false;  // told by the log's replay
  if (!last_.has_value()) {
    CheckFirst(chunk);
    return true;
  }
  const int64_t number = chunk.id.number();
  if (number <= last_->id.number()) {
    // Never a repetition, and so never under an id that was seen.
    if (chunk.IsAttemptStarted() && chunk.id > last_->id) {
      if (!losses_.MayHaveTaken(WriteTime(*last_), WriteTime(chunk))) {
        Add(rule::kTakenBack, chunk.run_id,
            Describe(chunk) + " came after " + Describe(*last_) +
                ", which no power loss took");
      }
      return true;
    }
    Add(rule::kDuplicate, chunk.run_id,
        Describe(chunk) + " came after " + Describe(*last_));
    return false;
  }
  CheckNext(chunk, *last_);
  return true;
}

void ReaderCheck::CheckFirst(const Chunk& chunk) {
  const std::string first =
      Describe(chunk) + " came first from cursor '" + start_.value_or("") + "'";
  const bool of_run = !open_->run.empty() || start_.value_or("").empty();
  const bool begins = chunk.sequence == 0 && chunk.IsAttemptStarted();
  if (of_run) {
    if (!begins) Add(rule::kGap, chunk.run_id, first);
    return;
  }
  const auto start = StreamId::Parse(*start_);
  const int64_t number = start.has_value() ? start->number() : 0;
  if (chunk.id.number() > number + 1) Add(rule::kGap, chunk.run_id, first);
  const bool repeated = chunk.id.number() <= number;
  if (repeated && !chunk.IsAttemptStarted()) {
    Add(rule::kDuplicate, chunk.run_id, first);
  }
}

void ReaderCheck::CheckNext(const Chunk& chunk, const Chunk& last) {
  const std::string after = Describe(chunk) + " came after " + Describe(last);
  if (chunk.id <= last.id) Add(rule::kReorder, chunk.run_id, after);
  // A reader of one run does not see what other runs wrote before it when the
  // log that it had seen was lost.
  const bool anew = !open_->run.empty() && chunk.IsAttemptStarted() &&
                    losses_.MayHaveTaken(WriteTime(last), WriteTime(chunk));
  if (anew) return;
  if (chunk.id.number() != last.id.number() + 1) {
    Add(rule::kGap, chunk.run_id, after);
  } else if (chunk.run_id == last.run_id) {
    CheckWithinRun(chunk, last);
  } else {
    CheckNewRun(chunk, last);
  }
}

void ReaderCheck::CheckWithinRun(const Chunk& chunk, const Chunk& last) {
  const std::string after = Describe(chunk) + " came after " + Describe(last);
  if (last.IsTerminal()) Add(rule::kAfterEnd, chunk.run_id, after);
  if (chunk.sequence <= last.sequence) {
    Add(rule::kDuplicate, chunk.run_id, after);
  } else if (chunk.sequence > last.sequence + 1) {
    Add(rule::kGap, chunk.run_id, after);
  }
  if (!GoesOn(chunk, last, losses_)) {
    Add(rule::kTwoWriters, chunk.run_id, after);
  }
}

void ReaderCheck::CheckNewRun(const Chunk& chunk, const Chunk& last) {
  const std::string after = Describe(chunk) + " came after " + Describe(last);
  if (!last.IsTerminal()) Add(rule::kInterleaved, chunk.run_id, after);
  if (chunk.sequence != 0 || !chunk.IsAttemptStarted()) {
    Add(rule::kGap, chunk.run_id, after);
  }
}

void ReaderCheck::TakeText(const Chunk& chunk) {
  RunText& text = texts_[chunk.run_id];
  if (chunk.IsAttemptStarted()) {
    CheckTextOf(chunk.run_id, text.text(), /*whole=*/false);
  }
  const int64_t before = text.discarded();
  text.Add(chunk);
  counts_.discarded += text.discarded() - before;
}

void ReaderCheck::TakeEnd(absl::Time at, const Chunk& chunk) {
  const std::string text = texts_[chunk.run_id].text();
  CheckProof(chunk, text);
  const bool completed = std::holds_alternative<RunCompleted>(chunk.content);
  CheckTextOf(chunk.run_id, text, completed);
  ends_.push_back({reader_.name, at, chunk.run_id, chunk, text});
}

void ReaderCheck::CheckTextOf(const std::string& run, const std::string& text,
                              bool whole) {
  const auto of = conversation_.runs.find(run);
  if (of == conversation_.runs.end() || of->second.answers.empty()) return;
  const RunView& view = of->second;
  const absl::Status right =
      whole ? CheckText(view.agent, view.plan, run, text)
            : CheckTextSoFar(view.agent, view.plan, run, text);
  if (!right.ok()) Add(rule::kText, run, std::string(right.message()));
}

void ReaderCheck::CheckProof(const Chunk& chunk, const std::string& text) {
  const auto* completed = std::get_if<RunCompleted>(&chunk.content);
  if (completed == nullptr) return;
  if (completed->text_bytes == static_cast<int64_t>(text.size()) &&
      completed->text_sha256 == Sha256Hex(text)) {
    return;
  }
  Add(rule::kProof, chunk.run_id,
      absl::StrCat(Describe(chunk), ": the reader holds ", text.size(),
                   " bytes, and another hash or length was written"));
}

void ReaderCheck::Take(absl::Time at, const StreamEnd* end) {
  // What does not exist is waited for in vain.
  broken_off_ =
      end->leave == Leave::kBrokenOff &&
      !(statuses_.ConversationMayBeGone(at) && !conversation_.Stood(at));
  if (end->leave != Leave::kNot) return;
  if (end->outcome.ok()) return CheckOkEnd();
  CheckFailure(at, end->outcome);
}

void ReaderCheck::CheckFailure(absl::Time at, const Outcome& outcome) {
  const auto cursor = StreamId::Parse(open_->cursor);
  StreamPlace place{.at = at,
                    .opened_at = opened_at_,
                    .run = open_->run,
                    .written = std::nullopt};
  if (last_.has_value()) {
    place.written = WriteTime(*last_);
  } else if (cursor.has_value() && !cursor->IsZero()) {
    place.written = absl::FromUnixMillis(static_cast<int64_t>(cursor->ms));
  }
  statuses_.CheckStream(reader_.name, place, outcome);
}

// OK means that a terminal chunk came last, in this call or in an earlier one
// whose end is the cursor of this.
void ReaderCheck::CheckOkEnd() {
  if (!open_->follow && ended_) return;
  Add(rule::kOkWithoutEnd, open_->run,
      absl::StrCat("call ", open_->call, " from '", open_->cursor,
                   open_->follow ? "' follows" : "'", ", its last chunk: ",
                   last_.has_value() ? Describe(*last_) : "none"));
}

void ReaderCheck::CheckAll() {
  if (broken_off_) {
    Add(rule::kStuckReader, open_->run,
        absl::StrCat("call ", open_->call, " still waited, after ",
                     last_.has_value() ? Describe(*last_) : "nothing"));
  }
  for (const auto& [run, text] : texts_) {
    CheckTextOf(run, text.text(), /*whole=*/false);
  }
}

void ReaderCheck::Add(const char* rule, const std::string& run,
                      const std::string& what) {
  findings_.Add(rule, reader_.conversation, run, reader_.name + ": " + what);
}

}  // namespace agent::chaos
