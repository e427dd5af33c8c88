#include "lib/runtime/last_chance.h"

#include <algorithm>

namespace agent {
namespace {

// Up to this attempt a rest is the shortest.
constexpr int kRestingAttempts = 50;

}  // namespace

bool IsLastChance(const RunAssignment& run, int max_attempts) {
  return run.lapses > 0 && run.failures + 1 >= max_attempts;
}

void PutOffChances::Add(const std::string& conversation_id, int attempt,
                        SteadyTime now) {
  std::erase_if(rest_until_,
                [now](const auto& entry) { return entry.second <= now; });
  const absl::Duration rest =
      std::clamp(kRest * attempt / kRestingAttempts, kRest, kMaxRest);
  rest_until_[conversation_id] = now + ToChrono(rest);
}

absl::Duration PutOffChances::Rest(const std::string& conversation_id,
                                   SteadyTime now) const {
  const auto found = rest_until_.find(conversation_id);
  if (found == rest_until_.end()) return absl::ZeroDuration();
  return std::max(absl::FromChrono(found->second - now), absl::ZeroDuration());
}

}  // namespace agent
