// Every row of the table in docs/durability.md, `Resuming`.
#include "lib/log/resume_rules.h"

#include <gtest/gtest.h>

#include "tests/log/chunk_builders.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using testing::Attempt;
using testing::Foreign;
using testing::HasReason;
using testing::Id;
using testing::kStartMs;
using testing::MakePage;
using testing::StatusIs;
using testing::Text;
using Kind = ResumeVerdict::Kind;

std::vector<ChunkPtr> Entries(int64_t first, int64_t last) {
  std::vector<ChunkPtr> entries;
  for (int64_t n = first; n <= last; ++n) entries.push_back(Text(Id(n)));
  return entries;
}

// An id of number `n` that no entry has, just before the entry that took its
// place.
StreamId LostId(int64_t n, int64_t ms, int attempt = 1) {
  return Id(n, attempt, ms);
}

TEST(ResumeRulesTest, GoesOnAfterAnEntryThatExists) {
  const auto verdict = DecideResume(MakePage(9, Entries(1, 9), Id(4)), Id(4));
  EXPECT_EQ(verdict.kind, Kind::kGoOn);
}

TEST(ResumeRulesTest, GoesOnAfterAnEntryThatExistsBeyondTheClock) {
  LogPage page = MakePage(9, Entries(1, 9), Id(9));
  page.now_ms -= 3'600'000;  // the store's clock stepped back
  EXPECT_EQ(DecideResume(page, Id(9)).kind, Kind::kGoOn);
}

TEST(ResumeRulesTest, MissedNothingAtTheRecordsLastIdOfAnExpiredLog) {
  LogPage page = MakePage(9, {}, Id(9));
  page.record_last = Id(9);
  EXPECT_EQ(DecideResume(page, Id(9)).kind, Kind::kGoOn);
}

TEST(ResumeRulesTest, GoesOnWhenTheNextNumberFollowsALostEntry) {
  // Number 4 was written again, before the cursor's time.
  const StreamId cursor = LostId(4, 4);
  auto log = Entries(1, 3);
  log.push_back(Text(Id(5)));
  EXPECT_EQ(DecideResume(MakePage(5, log, cursor), cursor).kind, Kind::kGoOn);
}

TEST(ResumeRulesTest, GoesOnWithAnAttemptOfANumberThatWasSeen) {
  const StreamId cursor = Id(8);
  auto log = Entries(1, 5);
  log.push_back(Attempt(Id(6, 2, 50)));
  EXPECT_EQ(DecideResume(MakePage(6, log, cursor), cursor).kind, Kind::kGoOn);
}

TEST(ResumeRulesTest, SkipsUpToTheCursorWhatWasWrittenAgain) {
  const StreamId cursor = Id(8);
  auto log = Entries(1, 5);
  log.push_back(Text(Id(6, 1, 50)));
  const auto verdict = DecideResume(MakePage(6, log, cursor), cursor);
  EXPECT_EQ(verdict.kind, Kind::kSkip);
  EXPECT_EQ(verdict.skip_to, 8);
}

TEST(ResumeRulesTest, IsLostWhereTextOfALowerAttemptFollows) {
  const StreamId cursor = Id(8, 3);
  auto log = Entries(1, 5);
  log.push_back(Text(Id(6, 2, 50)));
  const auto verdict = DecideResume(MakePage(6, log, cursor), cursor);
  EXPECT_THAT(verdict.error, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(verdict.error, HasReason(reason::kCursorLost));
}

TEST(ResumeRulesTest, IsLostWithoutALaterEntryBehindTheRecord) {
  const StreamId cursor = LostId(7, 60);  // the clock has stepped back since
  const auto verdict = DecideResume(MakePage(9, Entries(1, 9), cursor), cursor);
  EXPECT_THAT(verdict.error, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(verdict.error, HasReason(reason::kCursorLost));
}

TEST(ResumeRulesTest, IsLostWhenTheRecordsLastNumberHasAnotherId) {
  const StreamId cursor = LostId(9, 60);
  const auto verdict = DecideResume(MakePage(9, Entries(1, 9), cursor), cursor);
  EXPECT_THAT(verdict.error, HasReason(reason::kCursorLost));
}

TEST(ResumeRulesTest, IsTrimmedBeforeTheFirstEntryKept) {
  const auto verdict = DecideResume(MakePage(9, Entries(6, 9), Id(4)), Id(4));
  EXPECT_THAT(verdict.error, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(verdict.error, HasReason(reason::kCursorTrimmed));
  const auto details = GetErrorDetails(verdict.error);
  EXPECT_EQ(details->metadata.at("first_cursor"), Id(6).ToString());
  EXPECT_EQ(details->metadata.at("last_cursor"), Id(9).ToString());
}

TEST(ResumeRulesTest, GoesOnJustBeforeTheFirstEntryKept) {
  EXPECT_EQ(DecideResume(MakePage(9, Entries(6, 9), Id(5)), Id(5)).kind,
            Kind::kGoOn);
}

TEST(ResumeRulesTest, RefusesACursorBetweenEntriesThatFitsNoNeighbour) {
  const StreamId cursor = Id(2, 1, 5);  // of another conversation
  const auto verdict = DecideResume(MakePage(9, Entries(1, 9), cursor), cursor);
  EXPECT_THAT(verdict.error, HasReason(reason::kCursorForeign));
}

TEST(ResumeRulesTest, IsExpiredWithoutALogBehindTheRecord) {
  LogPage page = MakePage(9, {}, Id(4));
  page.record_last = Id(9);
  const auto verdict = DecideResume(page, Id(4));
  EXPECT_THAT(verdict.error, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(verdict.error, HasReason(reason::kStreamExpired));
  EXPECT_EQ(GetErrorDetails(verdict.error)->metadata.at("last_cursor"),
            Id(9).ToString());
}

TEST(ResumeRulesTest, IsExpiredWhenEverythingWasTrimmed) {
  LogPage page = MakePage(9, {}, Id(4));
  page.record_last = Id(9);
  page.log_exists = true;
  EXPECT_THAT(DecideResume(page, Id(4)).error,
              HasReason(reason::kStreamExpired));
}

TEST(ResumeRulesTest, HoldsAheadOfTheRecordWhileARunIsActive) {
  LogPage page = MakePage(5, Entries(1, 5), Id(8));
  page.run_active = true;
  EXPECT_EQ(DecideResume(page, Id(8)).kind, Kind::kHold);
}

TEST(ResumeRulesTest, HoldsAheadOfTheRecordWhileARunIsQueued) {
  LogPage page = MakePage(5, Entries(1, 5), Id(8));
  page.queued_runs = 1;
  EXPECT_EQ(DecideResume(page, Id(8)).kind, Kind::kHold);
}

TEST(ResumeRulesTest, HoldsAheadOfTheRecordWithoutALog) {
  LogPage page = MakePage(0, {}, Id(8));
  page.run_active = true;
  EXPECT_EQ(DecideResume(page, Id(8)).kind, Kind::kHold);
}

TEST(ResumeRulesTest, IsLostAheadOfTheRecordWithoutARun) {
  const auto verdict = DecideResume(MakePage(5, Entries(1, 5), Id(8)), Id(8));
  EXPECT_THAT(verdict.error, HasReason(reason::kCursorLost));
}

TEST(ResumeRulesTest, RefusesACursorFarAheadOfTheClock) {
  LogPage page = MakePage(5, Entries(1, 5), Id(9));
  page.run_active = true;
  const auto now = static_cast<uint64_t>(page.now_ms);
  const StreamId near{now + 60'000, 8001};
  const StreamId far{now + 60'001, 8001};
  EXPECT_EQ(DecideResume(page, near).kind, Kind::kHold);
  EXPECT_THAT(DecideResume(page, far).error, HasReason(reason::kCursorForeign));
}

TEST(ResumeRulesTest, RefusesAnIdThatNoEntryOfOursCouldHave) {
  const StreamId cursor{kStartMs + 100, 5};
  const auto verdict = DecideResume(MakePage(5, Entries(1, 5), cursor), cursor);
  EXPECT_THAT(verdict.error, HasReason(reason::kCursorForeign));
}

TEST(ResumeRulesTest, StartsAtTheOldestEntryKept) {
  EXPECT_EQ(DecideResume(MakePage(9, Entries(6, 9), {}), {}).kind, Kind::kGoOn);
}

TEST(ResumeRulesTest, StartsAtTheOldestOfALogThatIsYetToBeWritten) {
  EXPECT_EQ(DecideResume(MakePage(0, {}, {}), {}).kind, Kind::kGoOn);
  LogPage expired = MakePage(9, {}, {});
  expired.record_last = Id(9);
  expired.queued_runs = 1;
  EXPECT_EQ(DecideResume(expired, {}).kind, Kind::kGoOn);
}

TEST(ResumeRulesTest, CannotStartAtTheOldestOfAnExpiredLog) {
  LogPage page = MakePage(9, {}, {});
  page.record_last = Id(9);
  EXPECT_THAT(DecideResume(page, {}).error, HasReason(reason::kStreamExpired));
}

TEST(ResumeRulesTest, IsGoneWithNeitherRecordNorLog) {
  EXPECT_EQ(DecideResume(LogPage{}, Id(4)).kind, Kind::kGone);
  EXPECT_EQ(DecideResume(LogPage{}, {}).kind, Kind::kGone);
}

TEST(ResumeRulesTest, NumbersAreReadOnlyFromEntriesOfOurs) {
  // Another program's entry between: the number after it is what counts.
  const StreamId cursor = LostId(4, 4);
  std::vector<ChunkPtr> log = {Foreign(5), Text(Id(5, 1, 6))};
  LogPage page = MakePage(5, log, cursor);
  EXPECT_EQ(DecideResume(page, cursor).kind, Kind::kGoOn);
}

class ForeignLogTest : public ::testing::Test {
 protected:
  static LogPage PageAfter(StreamId cursor) {
    LogPage page = MakePage(0, {Foreign(10), Foreign(20), Foreign(30)}, cursor);
    page.record_exists = false;
    page.record_last = {};
    return page;
  }
  static absl::Status ErrorAt(int64_t ms) {
    const StreamId cursor{kStartMs + static_cast<uint64_t>(ms), 0};
    return DecideResume(PageAfter(cursor), cursor).error;
  }
};

TEST_F(ForeignLogTest, GoesOnAfterAnEntryThatExists) {
  const StreamId cursor = Foreign(20)->id;
  EXPECT_EQ(DecideResume(PageAfter(cursor), cursor).kind, Kind::kGoOn);
}

TEST_F(ForeignLogTest, StartsAtTheOldestEntryKept) {
  EXPECT_EQ(DecideResume(PageAfter({}), {}).kind, Kind::kGoOn);
}

TEST_F(ForeignLogTest, IsTrimmedBeforeTheFirstEntryKept) {
  EXPECT_THAT(ErrorAt(5), HasReason(reason::kCursorTrimmed));
}

TEST_F(ForeignLogTest, IsLostBehindTheLastEntry) {
  EXPECT_THAT(ErrorAt(35), HasReason(reason::kCursorLost));
}

TEST_F(ForeignLogTest, RefusesWhatIsNoEntryInBetween) {
  EXPECT_THAT(ErrorAt(25), HasReason(reason::kCursorForeign));
}

TEST_F(ForeignLogTest, RefusesACursorFarAheadOfTheClock) {
  EXPECT_THAT(ErrorAt(10'000'000), HasReason(reason::kCursorForeign));
}

}  // namespace
}  // namespace agent
