#include "tests/chaos/driver/chaos_options.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/chaos/driver/agent_mix.h"
#include "tests/chaos/driver/run_report.h"

namespace agent::chaos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

absl::StatusOr<ChaosOptions> Parse(const std::vector<std::string>& arguments) {
  std::string help;
  return ParseChaosOptions(arguments, &help);
}

TEST(ChaosOptionsTest, HasDefaultsAndDrawsASeed) {
  const auto options = Parse({});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_NE(options->seed, 0);
  EXPECT_THAT(options->faults, SizeIs(kAllFaultKinds.size()));
  EXPECT_FALSE(options->expect_violations);
  EXPECT_GT(options->agents.size(), 3);
}

TEST(ChaosOptionsTest, WantsEachEnabledFaultAtLeastOnce) {
  const auto options = Parse({"--faults=node_kill,power_loss,stall",
                              "--at_least=node_kill=500", "--seed=7"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->seed, 7);
  EXPECT_EQ(options->at_least.at(FaultKind::kNodeKill), 500);
  EXPECT_EQ(options->at_least.at(FaultKind::kPowerLoss), 1);
  EXPECT_EQ(options->at_least.count(FaultKind::kCutOff), 0);
}

TEST(ChaosOptionsTest, RefusesWhatItCannotDo) {
  for (const char* argument :
       {"--faults=earthquake", "--at_least=stall", "--lease=soon", "--runs=0",
        "--expect=luck", "--agents=", "--agents=Steady*0", "--storm=1"}) {
    EXPECT_EQ(Parse({argument}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << argument;
  }
}

TEST(ChaosOptionsTest, TakesTheLastOfAFlagButAllFlagsForNodes) {
  const auto options =
      Parse({"--runs=3", "--runs=4", "--node_flag=--a=1", "--node_flag=--b=2"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->runs, 4);
  EXPECT_THAT(options->node_flags, ElementsAre("--a=1", "--b=2"));
}

TEST(ChaosOptionsTest, RepeatsARunBySeed) {
  EXPECT_EQ(RepeatCommand({"--runs=9", "--seed=0", "--dir=x"}, 42),
            "agent-chaos '--runs=9' --seed=42");
}

TEST(AgentMixTest, ReadsWeightsAndPlans) {
  const auto mix = ParseAgentMix("Steady*3 pieces=7 delay_us=9; Stepper ");
  ASSERT_TRUE(mix.ok()) << mix.status();
  ASSERT_THAT(*mix, SizeIs(2));
  EXPECT_EQ((*mix)[0].agent, "Steady");
  EXPECT_EQ((*mix)[0].weight, 3);
  EXPECT_EQ((*mix)[0].plan.pieces, 7);
  EXPECT_EQ((*mix)[1].agent, "Stepper");
  EXPECT_EQ((*mix)[1].weight, 1);
  EXPECT_TRUE(ParseAgentMix(kEveryAgent).ok());
}

TEST(MissingEvidenceTest, NamesFaultsThatStruckNothing) {
  const auto options = Parse({"--faults=node_kill,stall,cut_off", "--runs=5"});
  ASSERT_TRUE(options.ok()) << options.status();
  std::map<FaultKind, FaultCount> faults = {{FaultKind::kNodeKill, {9, 9}},
                                            {FaultKind::kStall, {9, 0}}};
  EXPECT_THAT(
      MissingEvidence(*options, faults, 5),
      ElementsAre(HasSubstr("stall struck open work 0"), HasSubstr("cut_off")));
  faults[FaultKind::kStall].with_open_work = 1;
  faults[FaultKind::kCutOff].with_open_work = 1;
  EXPECT_THAT(MissingEvidence(*options, faults, 5), IsEmpty());
  EXPECT_THAT(MissingEvidence(*options, faults, 4), SizeIs(1));
}

}  // namespace
}  // namespace agent::chaos
