// That the other tests of power losses do what a power loss does: a real
// redis-server is started on an append-only file that was cut, and holds what
// they make it hold (aof-load-truncated yes, its default).
//   - Whole scripts before the cut are there, nothing of one that was cut is.
//   - What was written of that one stays in the file as an open MULTI block,
//     which the next script's EXEC closes: at the next start it has come back,
//     in front of what was written since.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/redis/cut_histories.h"
#include "tests/redis/torn_check.h"
#include "tests/redis/torn_world.h"

namespace agent::testing {
namespace {

class TornLoadTest : public ::testing::Test {
 protected:
  void Play(const CutHistory& history) {
    std::array<TornWorker, kActors> workers;
    for (const CutStep& step : history.steps) {
      step.action(&world_, &workers[static_cast<size_t>(step.actor)]);
    }
    units_ = world_.TakeUnits();
    std::ifstream file(AofPath(server_), std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file),
                  std::istreambuf_iterator<char>());
    played_until_ms_ = world_.now_ms();
  }

  // Redis starts on the first `size` bytes.
  void LoadFirst(size_t size) {
    server_.Kill();
    std::ofstream file(AofPath(server_), std::ios::binary | std::ios::trunc);
    file.write(bytes_.data(), static_cast<std::streamsize>(size));
    file.close();
    Restart();
  }

  void Restart() {
    server_.Restart();
    world_.Reconnect();
    world_.SetNow(played_until_ms_);
    world_.file().SkipToEnd();
  }

  // All keys but the clock, with what they hold and when they expire.
  std::map<std::string, std::string> Held() {
    std::map<std::string, std::string> held;
    const Reply keys = server_.Command({"KEYS", "*"});
    for (size_t i = 0; i < keys.view().size(); ++i) {
      const std::string key(keys[i].Text());
      if (key == "test-now") continue;
      const Reply expires = server_.Command({"PEXPIRETIME", key});
      held[key] = std::string(server_.Command({"DUMP", key}).view().Text()) +
                  std::to_string(expires.view().Integer());
    }
    return held;
  }

  std::vector<AofUnit> FirstUnits(size_t count) const {
    return {units_.begin(), units_.begin() + static_cast<int64_t>(count)};
  }
  static Writes First(const AofUnit& unit, size_t count) {
    return {unit.writes.begin(),
            unit.writes.begin() + static_cast<int64_t>(count)};
  }

  RedisServer server_{TornServer()};
  TornWorld world_{&server_};
  std::vector<AofUnit> units_;
  std::string bytes_;
  int64_t played_until_ms_ = 0;
};

TEST_F(TornLoadTest, AServerLoadsWholeScriptsAndNothingOfACutOne) {
  Play(AllHistories()[0]);
  for (size_t i = 0; i < units_.size(); i += 3) {
    SCOPED_TRACE("unit " + std::to_string(i));
    const AofUnit& unit = units_[i];
    for (const size_t size : {unit.begin, unit.end - 1, unit.ends[0] - 1}) {
      LoadFirst(size);
      const auto loaded = Held();
      world_.Become({Flatten(FirstUnits(i))});
      EXPECT_EQ(loaded, Held());
    }
  }
}

TEST_F(TornLoadTest, WhatWasNotCutOffComesBackInFrontAtTheNextStart) {
  Play(AllHistories()[0]);
  int blocks = 0;
  for (size_t i = 0; i < units_.size(); ++i) {
    const AofUnit& unit = units_[i];
    if (!unit.in_block || ++blocks % 3 != 0) continue;
    SCOPED_TRACE("unit " + std::to_string(i));
    const size_t left = unit.writes.size() / 2;
    LoadFirst(unit.ends[left] - 1);  // in the middle of the command behind
    TornWorker other(world_.Begin("other"));
    world_.Work(&other, 2);
    ASSERT_OK(world_.Admit("later"));
    const Writes since = world_.TakeWrites();
    server_.Kill();
    Restart();
    const auto loaded = Held();
    world_.Become({Flatten(FirstUnits(i)), First(unit, left), since});
    EXPECT_EQ(loaded, Held());
    world_.Work(&other, kWholePlan);
    world_.Drain(/*restarted=*/true);
    TornReader reader;
    reader.Read(&world_.store());
    CheckAllIsWell(&world_, {reader});
  }
  EXPECT_GT(blocks, 6);
}

}  // namespace
}  // namespace agent::testing
