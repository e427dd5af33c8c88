// Catching up with a long log: most of its pages are read without the record,
// one ahead of the client, and say nothing that only the record can know.
#include "tests/log/reading_fixture.h"

namespace agent {
namespace {

using ::testing::ElementsAreArray;
using testing::HasReason;
using testing::IsOk;
using testing::Reading;
using testing::StatusIs;

class LongLogTest : public testing::ReadingTest {
 protected:
  // A reader that has the first page, and whose next one is held.
  std::shared_ptr<Reading> BehindOnePage(ReadRequest request) {
    store_.HoldPages(true);
    auto reading = Reading::Paused(Open(std::move(request)));
    reading->Pull();
    store_.DeliverHeld();
    EXPECT_TRUE(reading->AwaitCount(1));
    EXPECT_EQ(store_.held(), 1u);
    return reading;
  }
  // Lets it read everything; how that ended.
  absl::Status ReadOn(Reading* reading) {
    store_.HoldPages(false);
    while (store_.held() > 0) store_.DeliverHeld();
    reading->Resume();
    return reading->AwaitEnd();
  }
  std::vector<StreamId> Without(StreamId torn) const {
    std::vector<StreamId> ids = LogIds();
    std::erase(ids, torn);
    return ids;
  }
};

TEST_F(LongLogTest, IsReadMostlyWithoutTheRecord) {
  WriteRun("a", 2000);
  const auto reading = Read(At(StreamId{}));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
  // The beginning and the end are for whole pages.
  EXPECT_EQ(store_.pages_read() - store_.entry_pages_read(), 2);
  EXPECT_GE(store_.entry_pages_read(), 10);
}

TEST_F(LongLogTest, AsksForFewEntriesAfterLargeOnes) {
  store_.Admit("a");
  store_.Begin("a");
  for (int i = 0; i < 200; ++i) store_.Say("small");
  for (int i = 0; i < 200; ++i) store_.Say(std::string(30'000, 'x'));
  store_.Complete();
  const auto reading = BehindOnePage(At(StreamId{}));
  EXPECT_EQ(store_.held_entries_only(), 200);  // all it has seen is small
  store_.DeliverHeld();
  while (store_.held() == 0) reading->Pull();
  EXPECT_EQ(store_.held_entries_only(), 2);
  EXPECT_THAT(ReadOn(reading.get()), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(LongLogTest, KeepsLittleOfAPageThatIsLargerThanItSeemed) {
  store_.Admit("a");
  store_.Begin("a");
  for (int i = 0; i < 100; ++i) store_.Say("small");
  for (int i = 0; i < 100; ++i) store_.Say(std::string(100'000, 'x'));
  store_.Complete();
  const auto reading = BehindOnePage(At(StreamId{}));
  store_.HoldPages(false);
  store_.DeliverHeld();
  store_.ExpireLog();  // what it did not keep cannot be read again
  EXPECT_THAT(ReadOn(reading.get()), HasReason(reason::kStreamExpired));
  EXPECT_LT(reading->count(), 110u);
}

TEST_F(LongLogTest, GoesOnAcrossTheEndsOfRuns) {
  for (const char* run : {"a", "b", "c"}) WriteRun(run, 300);
  const auto reading = Read(Following(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(LogIds().size()));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
  EXPECT_EQ(reading->end(), std::nullopt);
  EXPECT_GT(store_.entry_pages_read(), 3);
}

TEST_F(LongLogTest, EndsWithItsRunThoughAnotherFollows) {
  WriteRun("a", 300);
  WriteRun("b", 300);
  const auto reading = Read(At(StreamId{}, "a"));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_EQ(reading->count(), 302u);
}

TEST_F(LongLogTest, PassesOverATornEnd) {
  WriteRun("a", 150, /*open=*/true);
  const ChunkPtr torn = store_.TearCompletion();
  for (int i = 0; i < 150; ++i) store_.Say();
  store_.Complete();
  const auto reading = Read(At(StreamId{}));
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(Without(torn->id)));
}

TEST_F(LongLogTest, TellsWhatWasDeletedMeanwhile) {
  WriteRun("a", 500);
  const auto reading = BehindOnePage(At(StreamId{}));
  store_.Delete();
  EXPECT_THAT(ReadOn(reading.get()), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(reading->count(), 64u);
}

TEST_F(LongLogTest, TellsWhatHasExpiredMeanwhile) {
  WriteRun("a", 500);
  const auto reading = BehindOnePage(At(StreamId{}));
  store_.ExpireLog();
  EXPECT_THAT(ReadOn(reading.get()), HasReason(reason::kStreamExpired));
}

TEST_F(LongLogTest, TellsWhatWasTrimmedMeanwhile) {
  WriteRun("a", 500);
  const auto reading = BehindOnePage(At(StreamId{}));
  store_.TrimBefore(LogIds()[200]);
  EXPECT_THAT(ReadOn(reading.get()), HasReason(reason::kCursorTrimmed));
}

TEST_F(LongLogTest, WaitsWhereItsTailWasLostAndReadsWhatComesInstead) {
  WriteRun("a", 500, /*open=*/true);
  const auto reading = BehindOnePage(At(StreamId{}));
  store_.LoseTail(450);
  store_.HoldPages(false);
  store_.DeliverHeld();
  reading->Resume();
  store_.Begin("a");  // another attempt, with a number that was seen
  store_.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  const auto ids = reading->ids();
  ASSERT_GE(ids.size(), 2u);
  EXPECT_EQ(ids.back(), LogIds().back());
  EXPECT_EQ(ids[ids.size() - 2], LogIds()[LogIds().size() - 2]);
}

TEST_F(LongLogTest, ReadsOnAfterAnOutage) {
  WriteRun("a", 500);
  const auto reading = BehindOnePage(At(StreamId{}));
  store_.FailPages(absl::UnavailableError("down"));
  store_.HoldPages(false);
  store_.DeliverHeld();
  store_.FailPages(absl::OkStatus());
  reading->Resume();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

}  // namespace
}  // namespace agent
