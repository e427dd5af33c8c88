#include "tests/redis/script_tearer.h"

#include <utility>

namespace agent::testing {

ScriptTearer::ScriptTearer(Scenario scenario,
                           const Scripts::Transform& transform)
    : scenario_(std::move(scenario)), world_(&server_, transform) {}

std::string ScriptTearer::Describe(const Case& torn) {
  std::string text = "prefix " + std::to_string(torn.length);
  text += torn.actor == Actor::kCaller ? ", repeated" : ", another goes on";
  if (torn.back == Back::kWhole) text += ", the whole comes back";
  if (torn.back == Back::kPrefix) text += ", the prefix comes back";
  text += " after " + std::to_string(torn.appends) + " appends";
  return text + (torn.next == Next::kSame ? "" : ", a third takes over");
}

void ScriptTearer::Record() {
  scenario_.prepare(&world_, &caller_);
  before_ = world_.TakeWrites();
  early_.Read(&world_.store());
  TornWorker called = caller_;
  scenario_.call(&world_, &called);
  const auto units = world_.TakeUnits();
  torn_ = Flatten(units);
  for (const AofUnit& unit : units) {
    for (size_t i = 0; i < unit.writes.size(); ++i) {
      unit_begin_.push_back(unit_begin_.size() - i);
      in_block_.push_back(unit.in_block);
    }
  }
  saw_all_ = early_;
  saw_all_.Read(&world_.store());
  recorded_at_ms_ = world_.now_ms();
}

Writes ScriptTearer::Prefix(size_t length) const {
  return {torn_.begin(), torn_.begin() + static_cast<int64_t>(length)};
}

bool ScriptTearer::CutsABlock(size_t length) const {
  return length < torn_.size() && in_block_[length];
}

size_t ScriptTearer::BlockEnd(size_t length) const {
  size_t end = length + 1;
  while (end < torn_.size() && unit_begin_[end] == unit_begin_[length]) ++end;
  return end;
}

void ScriptTearer::Tear(const Case& torn) {
  SCOPED_TRACE(Describe(torn));
  world_.SetNow(recorded_at_ms_);
  const size_t loaded =
      torn.back == Back::kPrefix ? BlockBegin(torn.length) : torn.length;
  world_.Become({before_, Prefix(loaded)});
  TornWorker worker = caller_;
  if (torn.actor == Actor::kCaller) {
    scenario_.call(&world_, &worker);
  } else {
    world_.Advance(absl::Seconds(40));
    worker = TornWorker(world_.Begin("other"));
  }
  world_.Work(&worker, torn.appends);
  if (torn.back == Back::kNothing && torn.actor == Actor::kOther) {
    TornWorker zombie = caller_;
    world_.Step(&zombie);
  }
  if (torn.back != Back::kNothing) {
    const size_t back =
        torn.back == Back::kPrefix ? torn.length : BlockEnd(torn.length);
    const Writes since = world_.TakeWrites();
    world_.Become({before_, Prefix(back), since});
  }
  if (torn.next == Next::kSame) world_.Work(&worker, kWholePlan);
  Finish(/*lost=*/torn.length < torn_.size());
}

void ScriptTearer::Finish(bool lost) {
  world_.Drain(/*restarted=*/lost);
  TornReader fresh;
  fresh.Read(&world_.store());
  CheckAllIsWell(&world_, {fresh});
  if (!scenario_.deletes) {
    TornWorker late = caller_;
    scenario_.call(&world_, &late);
    world_.Drain(/*restarted=*/false);
  }
  std::vector<TornReader> readers = {fresh,    TornReader(),
                                     early_,   early_.AsResuming(),
                                     saw_all_, saw_all_.AsResuming()};
  for (TornReader& reader : readers) {
    reader.Read(&world_.store());
    if (!lost && !scenario_.deletes) {
      EXPECT_EQ(reader.losses(), 0);
    }
  }
  CheckAllIsWell(&world_, readers);
  ++cases_;
}

void ScriptTearer::TearAt(size_t length) {
  for (const Actor actor : {Actor::kCaller, Actor::kOther}) {
    for (int appends = 0; appends <= 3; ++appends) {
      for (const Next next : {Next::kSame, Next::kThird}) {
        // Whom nobody disturbs just goes on.
        const bool undisturbed = actor == Actor::kCaller && next == Next::kSame;
        if (!undisturbed || appends == 0) {
          Tear({length, actor, Back::kNothing, appends, next});
        }
        if (!CutsABlock(length)) continue;
        Tear({length, actor, Back::kWhole, appends, next});
        if (length == BlockBegin(length)) continue;
        Tear({length, actor, Back::kPrefix, appends, next});
      }
    }
  }
}

void ScriptTearer::TearEverywhere(const std::function<bool()>& failed) {
  for (size_t length = 0; length <= torn_.size(); ++length) {
    if (TellsMore(torn_, length)) TearAt(length);
    if (failed()) return;
  }
}

}  // namespace agent::testing
