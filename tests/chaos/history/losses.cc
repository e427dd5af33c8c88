#include "tests/chaos/history/losses.h"

#include <algorithm>

namespace agent::chaos {

bool Losses::MayHaveTaken(absl::Time from, absl::Time to, absl::Time by) const {
  return std::any_of(
      losses_.begin(), losses_.end(), [&](const PowerLoss& loss) {
        return loss.kept_until - kSlack <= to && from <= loss.begin + kSlack &&
               loss.begin <= by + kSlack;
      });
}

}  // namespace agent::chaos
