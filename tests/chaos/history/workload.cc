#include "tests/chaos/history/workload.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "lib/base/timer_queue.h"
#include "tests/chaos/history/last_look.h"
#include "tests/chaos/history/play.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(20);
constexpr int kLastLookers = 8;
// Of Settle's time so much is kept, half at most, for looking at what is stuck.
constexpr absl::Duration kLookTime = absl::Seconds(20);

// How many turns each conversation has.
std::vector<int> ShareOut(int runs, int turns_max, Chance* chance) {
  std::vector<int> turns;
  while (runs > 0) {
    turns.push_back(std::min(runs, 1 + chance->Below(turns_max)));
    runs -= turns.back();
  }
  return turns;
}

}  // namespace

class Workload::Impl {
 public:
  Impl(WorkloadOptions options, History* history)
      : options_(std::move(options)),
        calls_(options_.addresses, options_.call_timeout, history),
        chance_(options_.seed, 0),
        turns_(ShareOut(options_.runs, options_.turns_max, &chance_)),
        unplayed_(turns_.size()) {}

  ~Impl() { Stop(); }

  void Start() {
    for (int i = 0; i < options_.open_conversations; ++i) {
      players_.emplace_back([this] { PlayOn(); });
    }
  }

  int open() const { return book_.open(); }
  int ended() const { return book_.ended(); }

  bool AwaitPlayed(absl::Duration timeout) const {
    const absl::Time deadline = absl::Now() + timeout;
    while (playing_ > 0 || (unplayed_ > 0 && !closing_)) {
      if (absl::Now() >= deadline) return false;
      absl::SleepFor(kLook);
    }
    return true;
  }

  absl::Status Settle(absl::Duration timeout) {
    const absl::Time deadline = absl::Now() + timeout;
    closing_ = true;
    const bool played = AwaitPlayed(timeout - std::min(kLookTime, timeout / 2));
    // Who still waits is broken off, and the last look begins anew.
    if (!played) stop_.Set();
    for (std::thread& player : players_) player.join();
    players_.clear();
    const bool ended = LookForTheLastTime(deadline);
    if (played && ended) return absl::OkStatus();
    return absl::DeadlineExceededError(played ? "runs have not ended"
                                              : "clients still wait");
  }

  void Stop() {
    closing_ = true;
    stop_.Set();
    for (std::thread& player : players_) player.join();
    players_.clear();
  }

 private:
  void PlayOn() {
    for (;;) {
      const size_t number = next_++;
      if (number >= turns_.size() || closing_) return;
      ++playing_;
      --unplayed_;
      Play play({&options_, &calls_, &book_, &stop_, &timers_},
                static_cast<int>(number), turns_[number]);
      {
        MutexLock lock(&mu_);
        scenes_.push_back(play.scene());
      }
      play.Run();
      --playing_;
    }
  }

  bool LookForTheLastTime(absl::Time deadline) {
    std::atomic<size_t> next = 0;
    std::atomic<bool> all_ended = true;
    std::vector<std::thread> lookers;
    for (int i = 0; i < kLastLookers; ++i) {
      lookers.emplace_back([&] {
        while (const auto scene = Scene(next++)) {
          const bool ended = TakeLastLook(scene.get(), deadline, options_.seed);
          if (!ended) all_ended = false;
        }
      });
    }
    for (std::thread& looker : lookers) looker.join();
    return all_ended;
  }

  std::shared_ptr<agent::chaos::Scene> Scene(size_t number) {
    MutexLock lock(&mu_);
    return number < scenes_.size() ? scenes_[number] : nullptr;
  }

  const WorkloadOptions options_;
  const Calls calls_;
  Chance chance_;
  const std::vector<int> turns_;
  RunBook book_;
  StopFlag stop_;
  TimerQueue timers_;
  std::atomic<size_t> next_ = 0;
  std::atomic<size_t> unplayed_;
  std::atomic<int> playing_ = 0;
  std::atomic<bool> closing_ = false;  // no more conversations are begun
  Mutex mu_;
  std::vector<std::shared_ptr<agent::chaos::Scene>> scenes_
      ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> players_;
};

Workload::Workload(WorkloadOptions options, History* history)
    : impl_(std::make_unique<Impl>(std::move(options), history)) {}
Workload::~Workload() = default;
void Workload::Start() { impl_->Start(); }
int Workload::OpenRuns() const { return impl_->open(); }
int Workload::EndedRuns() const { return impl_->ended(); }
bool Workload::AwaitPlayed(absl::Duration timeout) {
  return impl_->AwaitPlayed(timeout);
}
absl::Status Workload::Settle(absl::Duration timeout) {
  return impl_->Settle(timeout);
}
void Workload::Stop() { impl_->Stop(); }

}  // namespace agent::chaos
