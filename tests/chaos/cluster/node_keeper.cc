#include "tests/chaos/cluster/node_keeper.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/status_macros.h"

namespace agent::chaos {
namespace {

// Beyond what nodes are told, until they are killed.
constexpr absl::Duration kDrainTimeout = absl::Seconds(20);
// A node needs Redis to start, and Redis may be away; then it ends, and is
// tried again.
constexpr absl::Duration kReadyTimeout = absl::Seconds(60);
constexpr absl::Duration kRetry = absl::Milliseconds(200);

constexpr int kKilled = 128 + SIGKILL;
constexpr int kPoisoned = 66;    // by a run that ends its worker
constexpr int kCannotStart = 1;  // Redis is away
constexpr int kOverran = 3;      // Redis is away while it drains

}  // namespace

NodeKeeper::NodeKeeper(Cluster* cluster)
    : cluster_(cluster), kept_(static_cast<size_t>(cluster->size())) {}

void NodeKeeper::Kill(int node, absl::Duration down,
                      std::function<void()> healed) {
  cluster_->node(node).Signal(SIGKILL);
  cluster_->node(node).WaitForEnd(absl::InfiniteDuration());
  Enter(node, State::kDown, down, std::move(healed));
}

void NodeKeeper::Drain(int node, std::function<void()> healed) {
  cluster_->node(node).Signal(SIGTERM);
  Enter(node, State::kDraining, kDrainTimeout, std::move(healed));
}

void NodeKeeper::Pause(int node, absl::Duration time,
                       std::function<void()> healed) {
  cluster_->node(node).Signal(SIGSTOP);
  Enter(node, State::kPaused, time, std::move(healed));
}

void NodeKeeper::Enter(int node, State state, absl::Duration time,
                       std::function<void()> healed) {
  Kept& kept = kept_[static_cast<size_t>(node)];
  kept.state = state;
  kept.due = absl::Now() + time;
  kept.healed = std::move(healed);
}

absl::Status NodeKeeper::Tick() {
  for (int node = 0; node < cluster_->size(); ++node) {
    RETURN_IF_ERROR(TickOne(node, &kept_[static_cast<size_t>(node)]));
  }
  return absl::OkStatus();
}

absl::Status NodeKeeper::TickOne(int node, Kept* kept) {
  if (kept->state == State::kDown) {
    return absl::Now() >= kept->due ? Start(node, kept) : absl::OkStatus();
  }
  if (const auto exit = cluster_->node(node).Poll(); exit.has_value()) {
    return AfterExit(node, *exit, kept);
  }
  const bool due = absl::Now() >= kept->due;
  switch (kept->state) {
    case State::kPaused:
      if (!due) break;
      cluster_->node(node).Signal(SIGCONT);
      BecomeUp(kept);
      break;
    case State::kDraining:
      if (!due) break;
      unexpected_exits_.push_back(
          absl::StrCat("node ", node, " did not end after SIGTERM"));
      cluster_->node(node).Signal(SIGKILL);
      kept->due = absl::InfiniteFuture();
      break;
    case State::kStarting:
      if (cluster_->node(node).Ready()) {
        BecomeUp(kept);
      } else if (absl::Now() >= kept->give_up) {
        return absl::DeadlineExceededError(
            absl::StrCat("node ", node, " does not become ready"));
      }
      break;
    case State::kUp:
    case State::kDown:
      break;
  }
  return absl::OkStatus();
}

absl::Status NodeKeeper::AfterExit(int node, int exit_status, Kept* kept) {
  const bool explained =
      exit_status == kKilled || exit_status == kPoisoned ||
      (kept->state == State::kDraining &&
       (exit_status == 0 || exit_status == kOverran)) ||
      (kept->state == State::kStarting && exit_status == kCannotStart);
  if (!explained) {
    unexpected_exits_.push_back(
        absl::StrCat("node ", node, " ended with status ", exit_status));
  }
  const bool again = kept->state == State::kStarting;
  if (absl::Now() >= kept->give_up) {
    return absl::DeadlineExceededError(
        absl::StrCat("node ", node, " does not start"));
  }
  kept->state = State::kDown;
  kept->due = absl::Now() + (again ? kRetry : absl::ZeroDuration());
  return absl::OkStatus();
}

absl::Status NodeKeeper::Start(int node, Kept* kept) {
  ++restarts_;
  kept->state = State::kStarting;
  kept->give_up = std::min(kept->give_up, absl::Now() + kReadyTimeout);
  return cluster_->node(node).Launch();
}

void NodeKeeper::BecomeUp(Kept* kept) {
  kept->state = State::kUp;
  kept->give_up = absl::InfiniteFuture();
  if (kept->healed) std::exchange(kept->healed, nullptr)();
}

bool NodeKeeper::Up(int node) const {
  return kept_[static_cast<size_t>(node)].state == State::kUp;
}

bool NodeKeeper::AllUp() const {
  return std::all_of(kept_.begin(), kept_.end(),
                     [](const Kept& kept) { return kept.state == State::kUp; });
}

void NodeKeeper::Hurry() {
  for (Kept& kept : kept_) {
    const bool waits =
        kept.state == State::kPaused || kept.state == State::kDown;
    if (waits) kept.due = absl::Now();
  }
}

}  // namespace agent::chaos
