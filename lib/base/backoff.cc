#include "lib/base/backoff.h"

#include <algorithm>
#include <cmath>

#include "lib/base/random.h"

namespace agent {

absl::Duration Backoff::Next() {
  constexpr int kMaxDoublings = 30;  // keeps the factor finite
  const double factor = std::ldexp(1.0, std::min(failures_, kMaxDoublings));
  ++failures_;
  const absl::Duration bound =
      std::min(options_.max, options_.initial * factor);
  return bound * RandomFraction();
}

}  // namespace agent
