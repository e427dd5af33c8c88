// A power loss takes the tail back of what Redis had acknowledged and everybody
// had seen (docs/durability.md).
//
// Method: a history is played, step by step, and its writes are read from
// Redis' append-only file; after each step workers, readers and the clock are
// remembered. Then it is cut, after and within every script: Redis is given
// what was before the cut, and finds around it the workers and readers of a
// later step, who had seen what is lost. And
//   - the workers that live go on, and are told GAP, FENCED or LOST. One whose
//     lease was over has stopped by its own clock; where what was done since is
//     not lost, it writes all the same, and must be fenced;
//   - or another worker begins, when the leases are over;
//   - or both, in three orders.
// While they write, readers read: one whose stream stayed open, one that
// resumes each time, one that is new; and nothing that GetConversation returns
// was not told. At the end everything is drained as a worker does it that is
// alone, and CheckAllIsWell is asked, with readers that had left off at each
// step of the history. Then the clients repeat their requests, as they do
// without an answer, and it is asked again.
#include <algorithm>

#include "tests/redis/cut_histories.h"
#include "tests/redis/flawed_scripts.h"
#include "tests/redis/history_cutter.h"

namespace agent::testing {
namespace {

class CutHistoryTest : public ::testing::TestWithParam<CutHistory> {};

TEST_P(CutHistoryTest, NothingIsDoubledMixedOrStuckAndNoLossIsHidden) {
  HistoryCutter cutter(GetParam());
  cutter.Play();
  ASSERT_FALSE(HasFailure());
  cutter.CutEverywhere([] { return HasFailure(); });
  RecordProperty("cuts", cutter.cuts());
}

INSTANTIATE_TEST_SUITE_P(
    Histories, CutHistoryTest, ::testing::ValuesIn(AllHistories()),
    [](const ::testing::TestParamInfo<CutHistory>& history) {
      return history.param.name;
    });

class FlawedScriptTest : public ::testing::TestWithParam<Flaw> {};

TEST_P(FlawedScriptTest, IsCaught) {
  const auto all = AllHistories();
  const auto history =
      std::ranges::find(all, GetParam().where, &CutHistory::name);
  ASSERT_NE(history, all.end());
  HistoryCutter cutter(*history, WithFlaw(GetParam()));
  const int violations = ViolationsIn([&](const auto& failed) {
    cutter.Play();
    cutter.CutEverywhere(failed);
  });
  EXPECT_GT(violations, 0);
}

const Flaw kFlaws[] = {
    {"AppendWithoutAToken", "append", "r.token ~= token or", "false or",
     "TakenOver"},
    {"AppendWithoutAGap", "append",
     "if sequence > r.next or step_index > r.index then", "if false then",
     "TwoRuns"},
    {"TornEndsCount", "read_log", "return true, known[2] == entry[1]",
     "return true, true", "TwoRuns"},
    {"AnEndWithoutItsAttempt", "begin",
     "  add(r, '', 'kind', 'attempt', 'discard_after',\n"
     "    r.first ~= '' and r.last or '')\n",
     "", "UsedUp"},
};

INSTANTIATE_TEST_SUITE_P(Flaws, FlawedScriptTest, ::testing::ValuesIn(kFlaws),
                         [](const ::testing::TestParamInfo<Flaw>& flaw) {
                           return flaw.param.name;
                         });

}  // namespace
}  // namespace agent::testing
