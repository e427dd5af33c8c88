#include "tests/chaos/cluster/fault_schedule.h"

#include <algorithm>
#include <utility>

namespace agent::chaos {
namespace {

// A power loss costs more time than the others and takes back more, so that
// with many of them little work would be done.
double Weight(FaultKind kind) {
  switch (kind) {
    case FaultKind::kNodeKill:
      return 12;
    case FaultKind::kNodePause:
      return 4;
    case FaultKind::kNodeDrain:
    case FaultKind::kDropConnections:
      return 2;
    case FaultKind::kPowerLoss:
      return 1.5;
    case FaultKind::kTornScript:
    case FaultKind::kUsurper:
    case FaultKind::kRedisKill:
    case FaultKind::kRedisPause:
    case FaultKind::kLostReplies:
    case FaultKind::kStall:
    case FaultKind::kCutOff:
    case FaultKind::kScriptFlush:
      return 1;
  }
  return 1;
}

}  // namespace

FaultSchedule::FaultSchedule(std::vector<FaultKind> kinds,
                             absl::Duration interval, std::mt19937_64* random)
    : kinds_(std::move(kinds)),
      first_round_(kinds_),
      interval_(interval),
      random_(random) {
  std::shuffle(first_round_.begin(), first_round_.end(), *random_);
}

FaultKind FaultSchedule::Next() {
  for (auto* waiting : {&deferred_, &first_round_}) {
    if (waiting->empty()) continue;
    const FaultKind next = waiting->back();
    waiting->pop_back();
    return next;
  }
  std::vector<double> weights;
  for (const FaultKind kind : kinds_) weights.push_back(Weight(kind));
  return kinds_[std::discrete_distribution<size_t>(weights.begin(),
                                                   weights.end())(*random_)];
}

void FaultSchedule::Defer(FaultKind kind) { deferred_.push_back(kind); }

absl::Duration FaultSchedule::Pause() {
  return RandomDuration(interval_ / 2, 3 * interval_ / 2, random_);
}

absl::Duration RandomDuration(absl::Duration least, absl::Duration most,
                              std::mt19937_64* random) {
  return least +
         (most - least) * std::uniform_real_distribution<double>(0, 1)(*random);
}

}  // namespace agent::chaos
