// A script is not atomic across a power loss: what is left of it may be any
// prefix of its writes, and what was cut off may come back later in front of
// what was written since (docs/durability.md, "Torn prefixes").
//
// Method: a scenario brings the store into a state (its writes, read from
// Redis' append-only file: B) and makes one call, which runs a script, or one
// and single commands beside it (its writes: W). Then, for every length p from
// none to all of W, Redis is emptied and given B and the first p writes of W,
// and
//   (a) the caller repeats the call, as it does when no reply came, and goes
//       on;
//   (b) another worker goes on for 0 to 3 appends when the lease is over, the
//       first one then writes into it, and the rest is done;
//   (c) as (a) and (b), and then Redis is given B, the whole of the torn
//       script, and only then what was written since: the lost half has come
//       back in front. Whoever wrote goes on, or a third takes over;
//   (d) as (c), but as Redis itself does it (torn_load_test): nothing of the
//       script is there at first, and what comes back is what was not cut off.
// At the end everything is drained as a worker does it that is alone, and
// CheckAllIsWell is asked; the caller repeats the call once more, late, and it
// is asked again, with a reader that reads it all then, and some that had read
// before, of whom two had seen the whole of W.
#include <algorithm>

#include "tests/redis/flawed_scripts.h"
#include "tests/redis/script_tearer.h"
#include "tests/redis/torn_scenarios.h"

namespace agent::testing {
namespace {

class TornPrefixTest : public ::testing::TestWithParam<Scenario> {};

TEST_P(TornPrefixTest, NothingIsLostDoubledOrStuck) {
  ScriptTearer tearer(GetParam());
  tearer.Record();
  ASSERT_FALSE(HasFailure());
  tearer.TearEverywhere([] { return HasFailure(); });
  RecordProperty("cases", tearer.cases());
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, TornPrefixTest, ::testing::ValuesIn(AllScenarios()),
    [](const ::testing::TestParamInfo<Scenario>& scenario) {
      return scenario.param.name;
    });

class FlawedScriptTest : public ::testing::TestWithParam<Flaw> {};

TEST_P(FlawedScriptTest, IsCaught) {
  const auto all = AllScenarios();
  const auto scenario =
      std::ranges::find(all, GetParam().where, &Scenario::name);
  ASSERT_NE(scenario, all.end());
  ScriptTearer tearer(*scenario, WithFlaw(GetParam()));
  const int violations = ViolationsIn([&](const auto& failed) {
    tearer.Record();
    tearer.TearEverywhere(failed);
  });
  EXPECT_GT(violations, 0);
}

const Flaw kFlaws[] = {
    {"TheQueueAloneNamesTheHead", "begin", "if active and active ~= '' then",
     "if false then", "AppendEnd"},
    {"TheRecordGroupIsNotWhole", "begin", "'next:' .. run, text(r.next), ", "",
     "AppendChunksAndStep"},
    {"NobodyPutsLostRunsBack", "",
     "  local newest = redis.call('LRANGE', RUNS, -MAX_LOST, -1)\n",
     "  local newest = {}\n", "AdmitFirst"},
    {"TheScanLooksAtNothing", "rescan",
     "local busy = active ~= '' or waiting > 0", "local busy = false",
     "RescanFindsARunThatIsInNoIndex"},
    {"LettersAreNotOwed", "begin",
     "return {answer, owes and letters_owed() or {}}",
     "return {answer, answer[1] == 'ENDED' and letters_owed() or {}}",
     "AppendExhaustedEnd"},
    {"LettersAreWrittenTwice", "bury", "    return 0\n", "",
     "AppendExhaustedEnd"},
};

INSTANTIATE_TEST_SUITE_P(Flaws, FlawedScriptTest, ::testing::ValuesIn(kFlaws),
                         [](const ::testing::TestParamInfo<Flaw>& flaw) {
                           return flaw.param.name;
                         });

}  // namespace
}  // namespace agent::testing
