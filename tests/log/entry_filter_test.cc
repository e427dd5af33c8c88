#include "lib/log/entry_filter.h"

#include <gtest/gtest.h>

#include "tests/log/chunk_builders.h"

namespace agent {
namespace {

using testing::Attempt;
using testing::Completed;
using testing::Foreign;
using testing::Id;
using testing::Text;

struct Case {
  const char* name;
  int64_t last;
  ChunkPtr entry;
  bool unconfirmed;
  EntryVerdict verdict;
};

TEST(PlainNextTest, IsOursNextInNumberAndNoEnd) {
  EXPECT_TRUE(IsPlainNext(4, *Text(Id(5))));
  EXPECT_TRUE(IsPlainNext(4, *Attempt(Id(5, 2))));
  EXPECT_FALSE(IsPlainNext(5, *Text(Id(5))));
  EXPECT_FALSE(IsPlainNext(4, *Text(Id(6))));
  EXPECT_FALSE(IsPlainNext(4, *Completed(Id(5))));
  EXPECT_FALSE(IsPlainNext(0, *Foreign(1)));
}

class EntryFilterTest : public ::testing::TestWithParam<Case> {};

TEST_P(EntryFilterTest, JudgesByNumber) {
  const Case& c = GetParam();
  EXPECT_EQ(JudgeEntry(c.last, *c.entry, c.unconfirmed), c.verdict);
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, EntryFilterTest,
    ::testing::Values(
        Case{"NextNumberIsSent", 4, Text(Id(5)), false, EntryVerdict::kSend},
        Case{"SameNumberIsARepeat", 5, Text(Id(5)), false,
             EntryVerdict::kRepeat},
        Case{"LowerNumberIsARepeat", 5, Text(Id(2)), false,
             EntryVerdict::kRepeat},
        Case{"HigherAttemptOfAKnownNumberIsStillARepeat", 5, Text(Id(5, 7)),
             false, EntryVerdict::kRepeat},
        Case{"SkippedNumberIsAGap", 5, Text(Id(7)), false, EntryVerdict::kGap},
        Case{"NextAttemptIsSent", 5, Attempt(Id(6, 2)), false,
             EntryVerdict::kSend},
        Case{"AttemptOfTheSameNumberIsSent", 5, Attempt(Id(5)), false,
             EntryVerdict::kSend},
        Case{"AttemptOfALowerNumberIsSent", 5, Attempt(Id(1)), false,
             EntryVerdict::kSend},
        Case{"AttemptBehindAGapIsAGap", 5, Attempt(Id(9, 2)), false,
             EntryVerdict::kGap},
        Case{"AnyNumberIsSentAtTheOldest", kAnyNumber, Text(Id(40)), false,
             EntryVerdict::kSend},
        Case{"TerminalIsSent", 4, Completed(Id(5)), false, EntryVerdict::kSend},
        Case{"UnconfirmedTerminalIsPassedOver", 4, Completed(Id(5)), true,
             EntryVerdict::kUnconfirmed},
        Case{"UnconfirmedRepeatIsPassedOver", 5, Completed(Id(5)), true,
             EntryVerdict::kUnconfirmed},
        Case{"UnconfirmedBehindAGapIsPassedOver", 1, Completed(Id(5)), true,
             EntryVerdict::kUnconfirmed},
        Case{"ForeignIsSent", 5, Foreign(1), false, EntryVerdict::kSend}),
    [](const auto& test) { return test.param.name; });

TEST(NumberAfterTest, IsTheEntrysNumber) {
  EXPECT_EQ(NumberAfter(4, *Text(Id(5))), 5);
  EXPECT_EQ(NumberAfter(kAnyNumber, *Text(Id(5))), 5);
}

TEST(NumberAfterTest, FallsBackToAnAttemptsNumber) {
  EXPECT_EQ(NumberAfter(9, *Attempt(Id(3))), 3);
}

TEST(NumberAfterTest, IsNotChangedByForeignEntries) {
  EXPECT_EQ(NumberAfter(9, *Foreign(7)), 9);
}

}  // namespace
}  // namespace agent
