// What power losses excuse, and nothing else.
#ifndef AGENT_TESTS_CHAOS_HISTORY_LOSSES_H_
#define AGENT_TESTS_CHAOS_HISTORY_LOSSES_H_

#include <vector>

#include "absl/time/time.h"
#include "tests/chaos/history/facts.h"

namespace agent::chaos {

// Immutable, so thread-safe.
class Losses {
 public:
  // How far the nemesis' clock readings may lie from what they tell of.
  static constexpr absl::Duration kSlack = absl::Milliseconds(300);

  explicit Losses(std::vector<PowerLoss> losses) : losses_(std::move(losses)) {}

  // Whether a write of the time `from` to `to` may have been lost by the time
  // `by`: it falls into the last moment before a power loss that came earlier.
  bool MayHaveTaken(absl::Time from, absl::Time to, absl::Time by) const;
  bool MayHaveTaken(absl::Time written, absl::Time by) const {
    return MayHaveTaken(written, written, by);
  }

  bool any() const { return !losses_.empty(); }

 private:
  const std::vector<PowerLoss> losses_;
};

// Whether one writer after another wrote these, of one run: `chunk` is of the
// attempt of `last`, or begins a later one. A writer whose tail was lost may
// begin its own attempt anew, to tell that it ends.
bool GoesOn(const Chunk& chunk, const Chunk& last, const Losses& losses);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_LOSSES_H_
