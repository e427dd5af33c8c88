// What a reader does that has everything: there is more to come, there is not,
// or what it reads never began.
#include <algorithm>
#include <utility>

#include "lib/log/read_progress.h"
#include "lib/log/resume_rules.h"

namespace agent {

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

}  // namespace agent
