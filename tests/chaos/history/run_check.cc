#include "tests/chaos/history/run_check.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/chaos/history/rules.h"
#include "tests/chaos/texts.h"

namespace agent::chaos {
namespace {

const StandingRun kNothing;

bool EndsAs(const Chunk& terminal, const Run& record) {
  if (std::holds_alternative<RunCompleted>(terminal.content)) {
    return record.state == RunState::kCompleted &&
           std::get<RunCompleted>(terminal.content).usage == record.usage;
  }
  if (const auto* failed = std::get_if<RunFailed>(&terminal.content)) {
    return record.state == RunState::kFailed &&
           failed->reason == record.failure.reason;
  }
  return record.state == RunState::kCancelled;
}

}  // namespace

StandingLog StandingOf(const std::vector<const EntryView*>& log) {
  StandingLog standing;
  for (const EntryView* entry : log) {
    if (entry == nullptr) continue;
    const Chunk& chunk = entry->chunk;
    if (standing.runs.count(chunk.run_id) == 0) {
      standing.order.push_back(chunk.run_id);
    }
    StandingRun& run = standing.runs[chunk.run_id];
    run.entries.push_back(&chunk);
    run.text.Add(chunk);
    if (chunk.IsTerminal()) {
      run.terminal = &chunk;
      ++run.terminals;
    }
  }
  return standing;
}

void RunCheck::CheckEnds() {
  // What was deleted need not end.
  if (conversation_.MayBeDeleted(absl::InfiniteFuture())) return;
  for (const auto& [id, run] : conversation_.runs) {
    if (!run.answers.empty()) CheckEnd(id, run);
  }
}

void RunCheck::CheckEnd(const std::string& id, const RunView& run) {
  const auto found = standing_.runs.find(id);
  const StandingRun& standing =
      found == standing_.runs.end() ? kNothing : found->second;
  CheckAfterCursor(id, run, standing);
  CheckCancels(id, run, standing);
  const RunLook* look = run.FinalLook();
  if (look == nullptr) {
    const std::string last = run.looks.empty()
                                 ? "never asked for"
                                 : Describe(run.looks.back()->outcome);
    return Add(rule::kLostRun, id, "accepted, and in the end: " + last);
  }
  if (!IsEnded(look->run.state)) {
    return Add(rule::kStuckRun, id,
               absl::StrCat("has not ended; attempt ", look->run.attempt,
                            ", chunks ", look->run.chunk_count));
  }
  Count(look->run.state);
  CheckRecord(id, look->run, standing);
  CheckPlan(id, run, look->run);
  CheckLooks(id, run, look->run);
}

void RunCheck::CheckRecord(const std::string& id, const Run& record,
                           const StandingRun& standing) {
  if (record.attempt == 0) return CheckNotBegun(id, record, standing);
  if (standing.terminals > 1) {
    return Add(rule::kTwoEnds, id,
               absl::StrCat(standing.terminals, " ends stand in the log"));
  }
  if (standing.terminal == nullptr) {
    return Add(rule::kNoEnd, id, "ended by its record, not in the log");
  }
  const Chunk& end = *standing.terminal;
  if (!EndsAs(end, record) || record.last_id != end.id ||
      record.first_id != standing.entries.front()->id ||
      record.chunk_count != end.sequence + 1 || record.attempt != end.attempt) {
    Add(rule::kRecordDiffers, id,
        absl::StrCat("GetRun: state ", static_cast<int>(record.state),
                     " attempt ", record.attempt, " chunks ",
                     record.chunk_count, " from ", record.first_id.ToString(),
                     " to ", record.last_id.ToString(), "; the log: from ",
                     Describe(*standing.entries.front()), " to ",
                     Describe(end)));
  }
}

// Once it was told to have ended, it has, unless a power loss took that back.
void RunCheck::CheckLooks(const std::string& id, const RunView& run,
                          const Run& record) {
  for (const At<RunLook>& look : run.looks) {
    const Run& then = look->run;
    if (!look->outcome.ok() || !IsEnded(then.state)) continue;
    if (then.state == record.state && then.last_id == record.last_id) continue;
    const bool excused =
        then.last_id.IsZero()
            ? CancelMayBeLost(id)
            : losses_.MayHaveTaken(
                  absl::FromUnixMillis(static_cast<int64_t>(then.last_id.ms)),
                  absl::InfiniteFuture());
    if (excused) continue;
    Add(rule::kTwoEnds, id,
        absl::StrCat("at ", Describe(look.at), " GetRun said state ",
                     static_cast<int>(then.state), " with ",
                     then.last_id.ToString(), ", and in the end ",
                     static_cast<int>(record.state), " with ",
                     record.last_id.ToString()));
  }
}

// Cancelled in the queue.
void RunCheck::CheckNotBegun(const std::string& id, const Run& record,
                             const StandingRun& standing) {
  if (record.state == RunState::kCancelled && standing.entries.empty()) return;
  Add(rule::kRecordDiffers, id,
      absl::StrCat("GetRun says it never began: state ",
                   static_cast<int>(record.state), ", entries ",
                   standing.entries.size()));
}

void RunCheck::CheckPlan(const std::string& id, const RunView& run,
                         const Run& record) {
  switch (record.state) {
    case RunState::kCompleted:
      return CheckCompleted(id, run, record);
    case RunState::kCancelled:
      if (!run.cancels.empty()) return;
      return Add(rule::kWrongEnd, id, "cancelled, and nobody had asked");
    default:
      if (MayFail(run, record)) return;
      Add(rule::kWrongEnd, id,
          "failed " + record.failure.reason + " '" + record.failure.message +
              "', by plan: " + run.message);
  }
}

void RunCheck::CheckCompleted(const std::string& id, const RunView& run,
                              const Run& record) {
  const bool to_fail = run.plan.refuse != 0 || run.plan.kill >= kEveryAttempt ||
                       run.plan.fail >= kEveryAttempt;
  // However often a step was repeated, it counts once.
  if (to_fail || record.usage != ExpectedUsage(run.agent, run.plan)) {
    Add(rule::kWrongEnd, id,
        absl::StrCat("completed, usage ", record.usage.input_tokens, " and ",
                     record.usage.output_tokens, ", by plan: ", run.message));
  }
}

bool RunCheck::MayFail(const RunView& run, const Run& record) const {
  const std::string& reason = record.failure.reason;
  if (reason == kRefused) return run.plan.refuse != 0;
  if (reason == kMoody) return run.plan.fail > 0;
  if (reason != "ATTEMPTS_EXHAUSTED") return false;
  const bool may_run_out =
      facts_.attempts_may_run_out || run.plan.kill > 0 || run.plan.fail > 0;
  return may_run_out && record.attempt >= facts_.max_attempts;
}

void RunCheck::CheckCancels(const std::string& id, const RunView& run,
                            const StandingRun& standing) {
  for (const At<Cancel>& cancel : run.cancels) {
    if (cancel->outcome.ok()) CheckCancelled(id, cancel, standing);
  }
}

// Once a cancellation was answered, the run writes no more than its end: what
// is in the script that ends it has that script's time.
void RunCheck::CheckCancelled(const std::string& id, const At<Cancel>& cancel,
                              const StandingRun& standing) {
  for (const Chunk* chunk : standing.entries) {
    const absl::Time written = absl::FromUnixMillis(chunk->create_time_ms);
    const bool with_end =
        standing.terminal != nullptr &&
        chunk->create_time_ms == standing.terminal->create_time_ms &&
        cancel->state != RunState::kCancelled;
    if (written <= cancel.at || with_end) continue;
    if (losses_.MayHaveTaken(cancel->sent, cancel.at, WriteTime(*chunk))) {
      continue;
    }
    return Add(rule::kCancelIgnored, id,
               "cancelled by " + Describe(cancel.at) + ", then wrote " +
                   Describe(*chunk));
  }
}

void RunCheck::CheckAfterCursor(const std::string& id, const RunView& run,
                                const StandingRun& standing) {
  if (standing.entries.empty()) return;
  for (const At<Submit>& answer : run.answers) {
    if (standing.entries.front()->id > answer->cursor) continue;
    return Add(rule::kBeforeAcceptance, id,
               "accepted behind " + answer->cursor.ToString() +
                   ", begins with " + Describe(*standing.entries.front()));
  }
}

void RunCheck::CheckSeen(const std::vector<SeenEnd>& seen) {
  if (conversation_.MayBeDeleted(absl::InfiniteFuture())) return;
  for (const SeenEnd& end : seen) CheckSeenEnd(end);
}

void RunCheck::CheckSeenEnd(const SeenEnd& seen) {
  const auto found = standing_.runs.find(seen.run);
  const StandingRun& standing =
      found == standing_.runs.end() ? kNothing : found->second;
  if (IsQueuedCancel(seen.terminal)) {
    if (standing.entries.empty() || CancelMayBeLost(seen.run)) return;
    return Add(rule::kTwoEnds, seen.run,
               seen.reader + " saw it cancelled in the queue, and it began");
  }
  if (standing.terminal == nullptr ||
      standing.terminal->id != seen.terminal.id) {
    if (losses_.MayHaveTaken(WriteTime(seen.terminal),
                             absl::InfiniteFuture())) {
      return;
    }
    return Add(
        rule::kTwoEnds, seen.run,
        seen.reader + " saw it end with " + Describe(seen.terminal) +
            ", and it ended with " +
            (standing.terminal == nullptr ? "none"
                                          : Describe(*standing.terminal)));
  }
  // What a failed run had said before an attempt that was lost is with those
  // only who did not see that attempt.
  const bool completed =
      std::holds_alternative<RunCompleted>(seen.terminal.content);
  if (!completed && MayHaveLostAttempt(seen)) return;
  if (seen.text != standing.text.text()) {
    Add(rule::kReadersDiffer, seen.run,
        absl::StrCat(seen.reader, " held ", seen.text.size(),
                     " bytes at the end, and the log ",
                     standing.text.text().size()));
  }
}

bool RunCheck::MayHaveLostAttempt(const SeenEnd& seen) const {
  const auto run = conversation_.runs.find(seen.run);
  if (run == conversation_.runs.end() || run->second.answers.empty()) {
    return false;
  }
  const absl::Time accepted =
      absl::FromUnixMillis(run->second.answers.front()->accept_time_ms);
  const absl::Time ended = WriteTime(seen.terminal);
  return losses_.MayHaveTaken(accepted, ended, ended);
}

bool RunCheck::CancelMayBeLost(const std::string& id) const {
  const auto run = conversation_.runs.find(id);
  return run != conversation_.runs.end() &&
         std::any_of(run->second.cancels.begin(), run->second.cancels.end(),
                     [&](const At<Cancel>& cancel) {
                       return losses_.MayHaveTaken(cancel->sent, cancel.at,
                                                   absl::InfiniteFuture());
                     });
}

void RunCheck::Count(RunState state) {
  ++counts_.runs;
  if (state == RunState::kCompleted) ++counts_.completed;
  if (state == RunState::kFailed) ++counts_.failed;
  if (state == RunState::kCancelled) ++counts_.cancelled;
}

void RunCheck::Add(const char* rule, const std::string& run,
                   const std::string& what) {
  findings_.Add(rule, conversation_.id, run, what);
}

}  // namespace agent::chaos
