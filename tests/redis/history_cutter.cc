#include "tests/redis/history_cutter.h"

#include <algorithm>
#include <utility>

namespace agent::testing {

HistoryCutter::HistoryCutter(CutHistory history,
                             const Scripts::Transform& transform)
    : history_(std::move(history)), world_(&server_, transform) {}

void HistoryCutter::Play() {
  Moment moment;
  moment.now_ms = world_.now_ms();
  moments_.push_back(moment);
  for (const CutStep& step : history_.steps) {
    const auto actor = static_cast<size_t>(step.actor);
    step.action(&world_, &moment.workers[actor]);
    for (const RedisCommand& write : world_.TakeWrites()) {
      if (write[0] == "DEL") deleted_at_ = writes_.size() + 1;
      writes_.push_back(write);
    }
    moment.reader.Read(&world_.store());
    EXPECT_EQ(moment.reader.losses(), deleted_at_ == SIZE_MAX ? 0 : 1);
    moment.now_ms = world_.now_ms();
    if (step.admits.empty()) moment.acted_ms[actor] = moment.now_ms;
    moment.writes = writes_.size();
    moments_.push_back(moment);
  }
}

// The first moment by which all of it had been written, a later one, and the
// last.
std::vector<size_t> HistoryCutter::MomentsOf(size_t length) const {
  size_t first = 0;
  while (moments_[first].writes < length) ++first;
  const size_t last = moments_.size() - 1;
  std::vector<size_t> chosen = {first};
  for (const size_t moment : {first + 2, last}) {
    if (moment > chosen.back() && moment <= last) chosen.push_back(moment);
  }
  return chosen;
}

void HistoryCutter::Lose(const Cut& cut) {
  SCOPED_TRACE("cut to " + std::to_string(cut.length) + " of " +
               std::to_string(writes_.size()) + " writes after step " +
               std::to_string(cut.moment) + ", who " +
               std::to_string(static_cast<int>(cut.who)));
  const Moment& moment = moments_[cut.moment];
  const bool lost = cut.length < moment.writes;
  world_.SetNow(moment.now_ms);
  world_.Become({Writes(writes_.begin(),
                        writes_.begin() + static_cast<int64_t>(cut.length))});
  live_ = {moment.reader, moment.reader.AsResuming(), TornReader()};
  Look();
  GoOn(Living(cut), cut.who);
  world_.Drain(/*restarted=*/lost);
  Check(cut, Earlier(cut.moment));
  for (size_t i = 0; i < cut.moment; ++i) {
    const std::string& run = history_.steps[i].admits;
    if (run.empty()) continue;
    EXPECT_OK(world_.Admit(run));
  }
  world_.Drain(/*restarted=*/false);
  Check(cut, {});
  ++cuts_;
}

// Readers read while others write.
void HistoryCutter::Look() {
  for (TornReader& reader : live_) reader.Read(&world_.store());
  CheckMessagesSoFar(&world_, live_.back());
}

HistoryCutter::Workers HistoryCutter::Living(const Cut& cut) const {
  Workers living = moments_[cut.moment].workers;
  for (size_t actor = 0; actor < living.size(); ++actor) {
    const int64_t lapse_ms = moments_[cut.moment].acted_ms[actor] +
                             absl::ToInt64Milliseconds(RunLimits().lease);
    const auto lapsed = std::ranges::find_if(
        moments_, [&](const Moment& m) { return m.now_ms >= lapse_ms; });
    const bool is_over =
        lapsed != moments_.end() &&
        lapsed <= moments_.begin() + static_cast<int64_t>(cut.moment);
    if (is_over && cut.length < lapsed->writes) living[actor] = TornWorker();
  }
  return living;
}

bool HistoryCutter::StepAll(Workers* workers) {
  bool any = false;
  for (TornWorker& worker : *workers) any |= world_.Step(&worker);
  return any;
}

void HistoryCutter::GoOn(Workers living, Who who) {
  TornWorker other;
  if (who == Who::kLivingThenOther) StepAll(&living);
  if (who != Who::kLiving && who != Who::kLivingThenOther) {
    world_.Advance(absl::Seconds(40));
  }
  if (who == Who::kRace) StepAll(&living);
  if (who != Who::kLiving) other = TornWorker(world_.Begin("other"));
  Look();
  bool any = true;
  while (any) {
    any = world_.Step(&other);
    if (who != Who::kOther) any |= StepAll(&living);
    if (any) Look();
  }
}

// Those who had left off at each step, whether or not their stream is open.
std::vector<TornReader> HistoryCutter::Earlier(size_t moment) const {
  std::vector<TornReader> readers;
  for (size_t i = 0; i < moment; ++i) {
    const TornReader& reader = moments_[i].reader;
    if (reader.cursor() == moments_[i + 1].reader.cursor()) continue;
    readers.push_back(reader);
    readers.push_back(reader.AsResuming());
  }
  return readers;
}

void HistoryCutter::Check(const Cut& cut, std::vector<TornReader> readers) {
  readers.insert(readers.end(), live_.begin(), live_.end());
  // A reader of what was deleted is told so.
  const bool told =
      cut.length < moments_[cut.moment].writes || deleted_at_ <= cut.length;
  for (TornReader& reader : readers) {
    reader.Read(&world_.store());
    if (!told) {
      EXPECT_EQ(reader.losses(), 0);
    }
  }
  CheckAllIsWell(&world_, readers);
}

void HistoryCutter::CutAt(size_t length) {
  for (const size_t moment : MomentsOf(length)) {
    for (const Who who : {Who::kLiving, Who::kOther, Who::kLivingThenOther,
                          Who::kOtherThenLiving, Who::kRace}) {
      const Cut cut = {length, moment, who};
      const bool lives = std::ranges::any_of(Living(cut), &TornWorker::at_work);
      if (who != Who::kOther && !lives) continue;
      Lose(cut);
    }
  }
}

void HistoryCutter::CutEverywhere(const std::function<bool()>& failed) {
  for (size_t length = 0; length <= writes_.size(); ++length) {
    if (TellsMore(writes_, length)) CutAt(length);
    if (failed()) return;
  }
}

}  // namespace agent::testing
