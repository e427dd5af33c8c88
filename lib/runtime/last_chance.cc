#include "lib/runtime/last_chance.h"

#include <algorithm>

namespace agent {

bool IsLastChance(const RunAssignment& run, int max_attempts) {
  return run.lapses > 0 && run.failures + 1 >= max_attempts;
}

void PutOffChances::Add(const std::string& conversation_id, SteadyTime now) {
  std::erase_if(rest_until_,
                [now](const auto& entry) { return entry.second <= now; });
  rest_until_[conversation_id] = now + ToChrono(kRest);
}

absl::Duration PutOffChances::Rest(const std::string& conversation_id,
                                   SteadyTime now) const {
  const auto found = rest_until_.find(conversation_id);
  if (found == rest_until_.end()) return absl::ZeroDuration();
  return std::max(absl::FromChrono(found->second - now), absl::ZeroDuration());
}

}  // namespace agent
