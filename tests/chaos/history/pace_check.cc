#include "tests/chaos/history/pace_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/chaos/history/rules.h"

namespace agent::chaos {
namespace {

// Of the time from `from` to `to`, what lay outside all faults. These may
// overlap; they are in the order in which they struck.
absl::Duration Undisturbed(absl::Time from, absl::Time to,
                           const std::vector<Disturbance>& disturbances) {
  absl::Duration quiet;
  absl::Time at = from;
  for (const Disturbance& disturbance : disturbances) {
    const absl::Time begin = std::clamp(disturbance.begin, at, to);
    quiet += begin - at;
    at = std::max(begin, std::min(disturbance.end, to));
  }
  return quiet + (to - at);
}

absl::Time AcceptTime(const RunView& run) {
  const RunLook* look = run.FinalLook();
  return look == nullptr ? absl::InfiniteFuture()
                         : absl::FromUnixMillis(look->run.accept_time_ms);
}

}  // namespace

void CheckPace(const ConversationView& conversation,
               const StandingLog& standing, const Facts& facts,
               Findings* findings) {
  absl::Time before = absl::InfinitePast();  // the end of the run before
  for (const std::string& id : standing.order) {
    const auto run = conversation.runs.find(id);
    absl::Time at = before;
    if (run != conversation.runs.end()) {
      at = std::max(at, AcceptTime(run->second));
    }
    for (const Chunk* chunk : standing.runs.at(id).entries) {
      const absl::Time next = WriteTime(*chunk);
      const bool still =
          next > at &&
          Undisturbed(at, next, facts.disturbances) > facts.patience;
      if (still) {
        findings->Add(rule::kStoodStill, conversation.id, id,
                      "from " + Describe(at) + " to " + Describe(*chunk));
      }
      at = std::max(at, next);
    }
    before = std::max(before, at);
  }
}

}  // namespace agent::chaos
