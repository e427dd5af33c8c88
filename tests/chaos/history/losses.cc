#include "tests/chaos/history/losses.h"

#include <algorithm>

#include "tests/chaos/history/findings.h"

namespace agent::chaos {

bool Losses::MayHaveTaken(absl::Time from, absl::Time to, absl::Time by) const {
  return std::any_of(
      losses_.begin(), losses_.end(), [&](const PowerLoss& loss) {
        return loss.kept_until - kSlack <= to && from <= loss.begin + kSlack &&
               loss.begin <= by + kSlack;
      });
}

bool GoesOn(const Chunk& chunk, const Chunk& last, const Losses& losses) {
  if (!chunk.IsAttemptStarted()) return chunk.attempt == last.attempt;
  if (chunk.attempt != last.attempt) return chunk.attempt > last.attempt;
  const absl::Time now = WriteTime(chunk);
  return losses.MayHaveTaken(WriteTime(last), now, now);
}

}  // namespace agent::chaos
