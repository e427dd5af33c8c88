#include "tests/chaos/cluster/fault_schedule.h"

#include <map>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/chaos/cluster/fault_log.h"
#include "tests/testing/status_matchers.h"

namespace agent::chaos {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

std::vector<FaultKind> AllKinds() {
  return {kAllFaultKinds.begin(), kAllFaultKinds.end()};
}

std::vector<FaultKind> Draw(FaultSchedule* schedule, size_t count) {
  std::vector<FaultKind> drawn;
  while (drawn.size() < count) drawn.push_back(schedule->Next());
  return drawn;
}

TEST(FaultScheduleTest, BringsEachKindOnceFirst) {
  std::mt19937_64 random(3);
  FaultSchedule schedule(AllKinds(), absl::Seconds(1), &random);
  EXPECT_THAT(Draw(&schedule, kAllFaultKinds.size()),
              UnorderedElementsAreArray(kAllFaultKinds));
}

TEST(FaultScheduleTest, DependsOnTheSeedOnly) {
  const auto drawn = [](uint64_t seed) {
    std::mt19937_64 random(seed);
    FaultSchedule schedule(AllKinds(), absl::Seconds(1), &random);
    return Draw(&schedule, 50);
  };
  EXPECT_EQ(drawn(3), drawn(3));
  EXPECT_NE(drawn(3), drawn(4));
}

TEST(FaultScheduleTest, BringsWhatWasDeferredNext) {
  std::mt19937_64 random(3);
  FaultSchedule schedule(AllKinds(), absl::Seconds(1), &random);
  const FaultKind first = schedule.Next();
  schedule.Defer(first);
  EXPECT_EQ(schedule.Next(), first);
}

TEST(FaultScheduleTest, KillsNodesMoreOftenThanItCutsThePower) {
  std::mt19937_64 random(3);
  FaultSchedule schedule(AllKinds(), absl::Seconds(1), &random);
  std::map<FaultKind, int> counts;
  for (const FaultKind kind : Draw(&schedule, 2000)) ++counts[kind];
  EXPECT_THAT(counts, SizeIs(kAllFaultKinds.size()));
  EXPECT_GT(counts[FaultKind::kNodeKill], 500);
  EXPECT_GT(counts[FaultKind::kPowerLoss], 50);
  EXPECT_LT(counts[FaultKind::kPowerLoss], 300);
}

TEST(FaultScheduleTest, PausesAroundTheInterval) {
  std::mt19937_64 random(3);
  FaultSchedule schedule(AllKinds(), absl::Seconds(1), &random);
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration pause = schedule.Pause();
    EXPECT_GE(pause, absl::Milliseconds(500));
    EXPECT_LE(pause, absl::Milliseconds(1500));
  }
}

TEST(ParseFaultsTest, TakesNamesAllAndAllWithout) {
  EXPECT_THAT(*ParseFaults("node_kill,power_loss"),
              ElementsAre(FaultKind::kNodeKill, FaultKind::kPowerLoss));
  EXPECT_THAT(*ParseFaults("all"), UnorderedElementsAreArray(kAllFaultKinds));
  EXPECT_THAT(*ParseFaults("all,-stall"), SizeIs(kAllFaultKinds.size() - 1));
  EXPECT_THAT(*ParseFaults("none"), IsEmpty());
  EXPECT_EQ(ParseFaults("earthquake").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(FaultLogTest, CountsWhatStruckWhileWorkWasOpen) {
  FaultLog log;
  Fault fault;
  fault.kind = FaultKind::kStall;
  log.Strike(fault);
  fault.open_runs = 2;
  const size_t second = log.Strike(fault);
  EXPECT_FALSE(log.All()[second].end.has_value());
  log.Heal(second, absl::UnixEpoch());
  EXPECT_EQ(log.All()[second].end, absl::UnixEpoch());
  EXPECT_EQ(log.Counts()[FaultKind::kStall].struck, 2);
  EXPECT_EQ(log.Counts()[FaultKind::kStall].with_open_work, 1);
  EXPECT_EQ(log.Counts()[FaultKind::kCutOff].struck, 0);
}

}  // namespace
}  // namespace agent::chaos
