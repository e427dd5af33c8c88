// How news reaches readers: stored here, told by a wake-up, found by a poll;
// late, twice or not at all.
#include "lib/log/tail_hub.h"

#include <atomic>

#include "lib/log/log_tail.h"
#include "tests/log/reading_fixture.h"

namespace agent {
namespace {

using ::testing::ElementsAreArray;
using testing::Eventually;
using testing::FakeStore;
using testing::HasReason;
using testing::Id;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Reading;
using testing::StatusIs;

class TailHubTest : public testing::ReadingTest {
 protected:
  // A reader of an open run of 3 entries that has been told all of them.
  std::shared_ptr<Reading> ReadOpenRun() {
    WriteRun("a", 2, /*open=*/true);
    auto reading = Read(At(StreamId{}));
    EXPECT_TRUE(reading->AwaitCount(3));
    AwaitQuiet();
    return reading;
  }

  // Until every reader waits: nothing is read any more.
  void AwaitQuiet() {
    int before = -1;
    EXPECT_TRUE(Eventually([&] {
      const int now = store_.pages_read();
      const bool quiet = now == before && store_.held() == 0;
      before = now;
      AwaitTimers();
      return quiet;
    }));
  }

  // Until the timers' thread has run what is due.
  void AwaitTimers() {
    EXPECT_OK(AwaitStatus([&](StatusCallback done) {
      timers_.After(absl::Milliseconds(2), [done = std::move(done)]() mutable {
        std::move(done)(absl::OkStatus());
      });
    }));
  }

  // A chunk of this process's writer: stored, told, and woken for.
  void SayHere() {
    store_.LoseWakes(true);
    Store({store_.Say()});
    store_.LoseWakes(false);
  }
};

TEST_F(TailHubTest, TellsWhatThisProcessStoredWithoutReadingIt) {
  const auto reading = ReadOpenRun();
  const int pages = store_.pages_read();
  for (int i = 0; i < 50; ++i) SayHere();
  ASSERT_TRUE(reading->AwaitCount(53));
  EXPECT_EQ(store_.pages_read(), pages);
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, ReadsOncePerWakeUpForAThousandReaders) {
  WriteRun("a", 2, /*open=*/true);
  std::vector<std::shared_ptr<Reading>> readings;
  for (int i = 0; i < 1000; ++i) readings.push_back(Read(At(StreamId{})));
  for (const auto& reading : readings) ASSERT_TRUE(reading->AwaitCount(3));
  AwaitQuiet();
  const int pages = store_.pages_read();
  store_.Say();
  for (const auto& reading : readings) ASSERT_TRUE(reading->AwaitCount(4));
  EXPECT_EQ(store_.pages_read(), pages + 1);
}

TEST_F(TailHubTest, ReadsTwiceForAThousandReadersThatStartTogether) {
  WriteRun("a", 2);
  store_.HoldPages(true);
  std::vector<std::shared_ptr<Reading>> readings;
  for (int i = 0; i < 1000; ++i) readings.push_back(Read(At(StreamId{})));
  ASSERT_EQ(store_.held(), 1u);
  store_.DeliverHeld();  // the first one's; the others asked after it was sent
  ASSERT_TRUE(Eventually([&] { return store_.held() == 1; }));
  store_.DeliverHeld();
  for (const auto& reading : readings) {
    EXPECT_THAT(reading->AwaitEnd(), IsOk());
    EXPECT_EQ(reading->count(), 4u);
  }
  EXPECT_EQ(store_.pages_read(), 2);
}

TEST_F(TailHubTest, DoesNotReadWhatItsOwnWriterIsStillTold) {
  const auto reading = ReadOpenRun();
  SayHere();  // from now on the writer is known to be here
  ASSERT_TRUE(reading->AwaitCount(4));
  const int pages = store_.pages_read();
  const ChunkPtr chunk = store_.Say();  // its wake-up comes first
  Store({chunk});
  ASSERT_TRUE(reading->AwaitCount(5));
  AwaitQuiet();
  EXPECT_EQ(store_.pages_read(), pages);
}

TEST_F(TailHubTest, ReadsWhatAnotherProcessWroteAfterThisOne) {
  const auto reading = ReadOpenRun();
  SayHere();
  ASSERT_TRUE(reading->AwaitCount(4));
  store_.Say();  // never stored here
  ASSERT_TRUE(reading->AwaitCount(5));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, ReadsWhatAnotherProcessWroteRightAfterThisOne) {
  const auto reading = ReadOpenRun();
  SayHere();
  ASSERT_TRUE(reading->AwaitCount(4));
  const ChunkPtr here = store_.Say();
  store_.Say();  // never stored here; its wake-up comes with the last one's
  Store({here});
  ASSERT_TRUE(reading->AwaitCount(6));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, FindsWhatALostWakeUpWasAbout) {
  Limit({.poll_interval = absl::Milliseconds(20)});
  const auto reading = ReadOpenRun();
  store_.LoseWakes(true);
  store_.Say();
  EXPECT_TRUE(reading->AwaitCount(4));
  store_.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, FindsACancellationWhoseWakeUpWasLost) {
  Limit({.poll_interval = absl::Milliseconds(20)});
  store_.Admit("a");
  const auto reading = Read(At(std::nullopt, "a"));
  AwaitQuiet();
  store_.LoseWakes(true);
  store_.CancelQueued("a");
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_EQ(reading->count(), 1u);
}

TEST_F(TailHubTest, LooksWhenAWatchTakesHold) {
  const auto reading = ReadOpenRun();
  store_.LoseWakes(true);
  store_.Say();
  store_.SendWatching();
  EXPECT_TRUE(reading->AwaitCount(4));
}

TEST_F(TailHubTest, AnotherWatchOfWhatIsHeardTellsNothing) {
  const auto reading = ReadOpenRun();
  store_.SendWatching();
  AwaitQuiet();
  store_.LoseWakes(true);
  store_.Delete();
  store_.SendWatching();  // somebody else's: no deletion was announced
  store_.SendReset();
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kStateLost));
}

TEST_F(TailHubTest, IdleReadersReadNothing) {
  Limit({.poll_interval = absl::Milliseconds(10)});
  const auto reading = ReadOpenRun();
  const int pages = store_.pages_read();
  const int positions = store_.positions_read();
  ASSERT_TRUE(
      Eventually([&] { return store_.positions_read() > positions + 5; }));
  EXPECT_EQ(store_.pages_read(), pages);
}

TEST_F(TailHubTest, HeartbeatsWakeNobody) {
  const auto reading = ReadOpenRun();
  const int pages = store_.pages_read();
  for (int i = 0; i < 10; ++i) store_.SendWake(3);
  AwaitQuiet();
  EXPECT_EQ(store_.pages_read(), pages);
}

TEST_F(TailHubTest, LosesNothingThatIsStoredWhileAPageIsOnItsWay) {
  WriteRun("a", 2, /*open=*/true);
  store_.HoldPages(true);
  const auto reading = Read(At(StreamId{}));
  ASSERT_EQ(store_.held(), 1u);
  store_.ReadHeld();
  SayHere();  // after the page was read, before it arrives
  SayHere();
  store_.DeliverHeld();
  store_.HoldPages(false);
  ASSERT_TRUE(Eventually([&] {
    if (store_.held() > 0) store_.DeliverHeld();
    return reading->count() == 5;
  }));
  SayHere();
  ASSERT_TRUE(reading->AwaitCount(6));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, LosesNothingThatAWakeUpToldWhileAPageIsOnItsWay) {
  const auto waiting = ReadOpenRun();  // so that wake-ups are heard
  store_.HoldPages(true);
  const auto reading = Read(At(StreamId{}));
  store_.ReadHeld();
  store_.Say();
  store_.DeliverHeld();
  ASSERT_TRUE(Eventually([&] {
    if (store_.held() > 0) store_.DeliverHeld();
    return reading->count() == 4;
  }));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, LosesNothingThatCameBeforeWakeUpsWereHeard) {
  WriteRun("a", 2, /*open=*/true);
  store_.HoldPages(true);
  const auto reading = Read(At(StreamId{}));
  store_.ReadHeld();
  store_.Say();
  EXPECT_THAT(store_.watched(), IsEmpty());
  store_.DeliverHeld();
  ASSERT_TRUE(reading->AwaitCount(3));
  ASSERT_TRUE(Eventually([&] { return store_.watched().size() == 1; }));
  store_.HoldPages(false);
  store_.SendWatching();
  ASSERT_TRUE(reading->AwaitCount(4));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, SubscribesToNothingForAReaderThatNeverWaits) {
  WriteRun("a", 300);
  EXPECT_THAT(Read(At(StreamId{}))->AwaitEnd(), IsOk());
  EXPECT_EQ(store_.watches(), 0);
}

TEST_F(TailHubTest, DoublesNothingThatIsBothStoredAndRead) {
  const auto reading = ReadOpenRun();
  store_.HoldPages(true);
  const ChunkPtr first = store_.Say();  // its wake-up asks for a page
  const ChunkPtr second = store_.Say();
  ASSERT_TRUE(Eventually([&] { return store_.held() == 1; }));
  Store({first});
  store_.ReadHeld();
  Store({second});
  store_.DeliverHeld();
  store_.HoldPages(false);
  ASSERT_TRUE(reading->AwaitCount(5));
  SayHere();
  ASSERT_TRUE(reading->AwaitCount(6));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, EmptiesTheTailThatMissesANumber) {
  const auto reading = ReadOpenRun();
  SayHere();
  ASSERT_TRUE(reading->AwaitCount(4));
  EXPECT_GT(hub_->Attach(FakeStore::kConversation)->ring_bytes(), 0u);
  store_.LoseWakes(true);
  store_.Say();  // by another process
  Store({store_.Say()});
  ASSERT_TRUE(reading->AwaitCount(6));
  AwaitQuiet();
  EXPECT_EQ(hub_->Attach(FakeStore::kConversation)->ring_bytes(), 0u);
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, CatchesUpAReaderFarBehindFromPages) {
  Limit({.max_chunks = 8});
  WriteRun("a", 0, /*open=*/true);
  const auto quick = Read(At(StreamId{}));
  ASSERT_TRUE(quick->AwaitCount(1));
  const auto slow = Reading::Paused(Open(At(StreamId{})));
  slow->Pull();
  ASSERT_TRUE(slow->AwaitCount(1));
  for (int i = 0; i < 500; ++i) SayHere();
  ASSERT_TRUE(quick->AwaitCount(501));
  EXPECT_EQ(slow->count(), 1u);
  slow->Resume();
  ASSERT_TRUE(slow->AwaitCount(501));
  SayHere();
  ASSERT_TRUE(slow->AwaitCount(502));
  EXPECT_THAT(slow->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, KeepsABoundedTail) {
  const size_t bound = 10'000;
  Limit({.max_bytes = bound});
  const auto reading = ReadOpenRun();
  for (int i = 0; i < 300; ++i) {
    SayHere();
    ASSERT_LE(hub_->Attach(FakeStore::kConversation)->ring_bytes(), bound);
  }
  ASSERT_TRUE(reading->AwaitCount(303));
  EXPECT_GT(hub_->Attach(FakeStore::kConversation)->ring_bytes(), bound / 2);
}

TEST_F(TailHubTest, WatchesWhileSomebodyWaits) {
  EXPECT_THAT(store_.watched(), IsEmpty());
  auto first = ReadOpenRun();
  auto second = Read(At(StreamId{}));
  EXPECT_EQ(store_.watched().size(), 1u);
  first.reset();
  EXPECT_EQ(store_.watched().size(), 1u);
  second.reset();
  EXPECT_TRUE(Eventually([&] { return store_.watched().empty(); }));
  const auto third = Read(At(StreamId{}));
  EXPECT_EQ(store_.watched().size(), 1u);
  ASSERT_TRUE(third->AwaitCount(3));
}

// --- The store lost its newest entries.

TEST_F(TailHubTest, SkipsWhatItsWriterWritesAgain) {
  const auto reading = ReadOpenRun();
  SayHere();
  SayHere();
  ASSERT_TRUE(reading->AwaitCount(5));
  const auto before = reading->ids();
  store_.LoseTail(2);
  store_.SendReset();
  AwaitQuiet();
  EXPECT_EQ(reading->count(), 5u);
  SayHere();  // 4 and 5 once more, under other ids
  SayHere();
  const ChunkPtr next = store_.Say();
  ASSERT_TRUE(reading->AwaitCount(6));
  auto expected = before;
  expected.push_back(next->id);
  EXPECT_THAT(reading->ids(), ElementsAreArray(expected));
  store_.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
}

TEST_F(TailHubTest, TellsANewAttemptThatTakesNumbersThatWereSeen) {
  const auto reading = ReadOpenRun();
  SayHere();
  SayHere();
  ASSERT_TRUE(reading->AwaitCount(5));
  store_.LoseTail(2);
  store_.SendReset();
  const ChunkPtr attempt = store_.Begin("a");
  EXPECT_EQ(attempt->id.number(), 4);
  ASSERT_TRUE(reading->AwaitCount(6));
  store_.Say();
  store_.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  const auto ids = reading->ids();
  ASSERT_EQ(ids.size(), 8u);
  EXPECT_THAT(std::vector<StreamId>(ids.begin() + 5, ids.end()),
              ElementsAreArray(LogIds(3)));
}

TEST_F(TailHubTest, DropsTheTailWhenAnAttemptTakesASeenNumberWithoutAReset) {
  const auto reading = ReadOpenRun();
  SayHere();
  ASSERT_TRUE(reading->AwaitCount(4));
  store_.LoseTail(1);
  store_.LoseWakes(true);
  Store({store_.Begin("a")});
  ASSERT_TRUE(reading->AwaitCount(5));
  EXPECT_TRUE(reading->chunks().back()->IsAttemptStarted());
  Store({store_.Say()});
  ASSERT_TRUE(reading->AwaitCount(6));
}

TEST_F(TailHubTest, TellsThatTheTailIsLostWhenNobodyWritesItAgain) {
  options_.lost_tail_hold = absl::Milliseconds(50);
  const auto reading = ReadOpenRun();
  store_.LoseTail(1);
  store_.SendReset();
  const auto end = reading->AwaitEnd();
  EXPECT_THAT(end, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(end, HasReason(reason::kCursorLost));
}

TEST_F(TailHubTest, TellsAtOnceThatTheTailIsLostWithoutARun) {
  WriteRun("a", 2);
  WriteRun("b", 2);
  const auto reading = Read(Following(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(8));
  AwaitQuiet();
  store_.LoseTail(4);  // the acceptance of `b` too
  store_.SendReset();
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kCursorLost));
}

TEST_F(TailHubTest, ReadsOnAfterAReset) {
  const auto reading = ReadOpenRun();
  for (int i = 0; i < 20; ++i) {
    store_.SendReset();
    SayHere();
    store_.SendReset();
    store_.Say();
  }
  ASSERT_TRUE(reading->AwaitCount(43));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

// --- Conversations that go.

TEST_F(TailHubTest, EndsFollowersOfADeletedConversation) {
  WriteRun("a", 2);
  const auto reading = Read(Following(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(4));
  AwaitQuiet();
  store_.Delete();
  store_.SendWake(0);
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kConversationNotFound));
}

TEST_F(TailHubTest, TellsThatARunWasLostWithItsConversation) {
  Limit({.poll_interval = absl::Milliseconds(10)});
  const auto reading = ReadOpenRun();
  store_.Delete();  // by nobody who would tell
  const auto end = reading->AwaitEnd();
  EXPECT_THAT(end, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(end, HasReason(reason::kStateLost));
}

TEST_F(TailHubTest, DoesNotCallAnExpiredConversationLost) {
  Limit({.poll_interval = absl::Milliseconds(10)});
  WriteRun("a", 2);
  const StreamId terminal = LogIds().back();
  store_.ExpireLog();
  const auto reading = Read(Following(terminal));
  AwaitQuiet();
  store_.Delete();
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kConversationNotFound));
}

TEST_F(TailHubTest, KeepsFollowersOfAnExpiredLogUntilTheRecordGoes) {
  WriteRun("a", 2);
  store_.SetTtl(30, 60);
  const auto reading = Read(Following(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(4));
  AwaitQuiet();
  store_.ExpireLog();
  const int pages = store_.pages_read();
  ASSERT_TRUE(Eventually([&] { return store_.pages_read() > pages; }));
  AwaitTimers();
  EXPECT_EQ(reading->end(), std::nullopt);
  store_.Delete();
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kConversationNotFound));
}

TEST_F(TailHubTest, EndsAWaitingReaderThatHadNotBeenSentEverything) {
  store_.SetTtl(50);
  const auto reading = ReadOpenRun();
  store_.LoseWakes(true);
  store_.Say();
  store_.Complete();
  store_.ExpireLog();
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kStreamExpired));
}

TEST_F(TailHubTest, EndsASlowReaderWhoseLogHasExpired) {
  WriteRun("a", 300);
  const auto reading = Reading::Paused(Open(At(StreamId{})));
  reading->Pull();
  ASSERT_TRUE(reading->AwaitCount(1));
  store_.ExpireLog();
  reading->Resume();
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kStreamExpired));
}

TEST_F(TailHubTest, SendsWhatItHasBeforeTheErrorThatFollows) {
  WriteRun("a", 300);
  const auto reading = Reading::Paused(Open(At(StreamId{})));
  reading->Pull();
  ASSERT_TRUE(reading->AwaitCount(64));
  store_.ExpireLog();
  reading->Resume();
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kStreamExpired));
  EXPECT_EQ(reading->count(), 264u);  // the first page, and the next
}

TEST_F(TailHubTest, ReadsTheNextPageWhileThisOneGoesOut) {
  WriteRun("a", 1000);
  store_.HoldPages(true);
  const auto reading = Reading::Paused(Open(At(StreamId{})));
  reading->Pull();
  store_.DeliverHeld();
  ASSERT_TRUE(reading->AwaitCount(64));
  EXPECT_EQ(store_.held(), 1u);
  // It comes before it is wanted, and waits; no further one is read.
  store_.DeliverHeld();
  EXPECT_EQ(reading->count(), 64u);
  EXPECT_EQ(store_.held(), 0u);
  store_.HoldPages(false);
  reading->Resume();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, EndsASlowReaderThatWasTrimmedAway) {
  WriteRun("a", 300);
  WriteRun("b", 3);
  const auto reading = Reading::Paused(Open(Following(StreamId{})));
  reading->Pull();
  ASSERT_TRUE(reading->AwaitCount(1));
  store_.TrimBefore(LogIds()[302]);
  reading->Resume();
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kCursorTrimmed));
}

// --- A store that cannot be reached.

TEST_F(TailHubTest, IsSilentWhileTheStoreCannotBeReached) {
  const auto reading = ReadOpenRun();
  store_.FailPages(StoreUnavailable("down"));
  store_.SendReset();
  store_.Say();
  const int pages = store_.pages_read();
  ASSERT_TRUE(Eventually([&] { return store_.pages_read() > pages + 2; }));
  EXPECT_EQ(reading->end(), std::nullopt);
  store_.FailPages(absl::OkStatus());
  ASSERT_TRUE(reading->AwaitCount(4));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, GivesUpWhenTheOutageLasts) {
  options_.outage_hold = absl::Milliseconds(100);
  const auto reading = ReadOpenRun();
  store_.FailPages(StoreUnavailable("down"));
  store_.SendReset();
  const auto end = reading->AwaitEnd();
  EXPECT_THAT(end, HasReason(reason::kStoreUnavailable));
  EXPECT_TRUE(GetErrorDetails(end)->retry_after.has_value());
}

// --- Logs of other programs.

TEST_F(TailHubTest, StreamsALogWithoutARecordAsItGrows) {
  Limit({.foreign_poll_interval = absl::Milliseconds(10)});
  store_.ForeignSay();
  const auto reading = Read(At(std::nullopt));
  ASSERT_TRUE(reading->AwaitCount(1));
  for (size_t i = 2; i < 6; ++i) {
    store_.ForeignSay();
    ASSERT_TRUE(reading->AwaitCount(i));
  }
  store_.ForeignSay(/*done=*/true);
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(TailHubTest, ResumesALogWithoutARecordAtEveryPosition) {
  for (int i = 0; i < 5; ++i) store_.ForeignSay();
  store_.ForeignSay(/*done=*/true);
  const auto log = LogIds();
  for (size_t i = 0; i < log.size(); ++i) {
    const auto reading = Read(At(log[i]));
    EXPECT_THAT(reading->AwaitEnd(), IsOk());
    EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds(i + 1)));
  }
}

TEST_F(TailHubTest, WaitsForALogWithoutARecord) {
  Limit({.foreign_poll_interval = absl::Milliseconds(10)});
  ReadRequest request = At(std::nullopt);
  request.wait = absl::Minutes(1);
  const auto reading = Read(std::move(request));
  store_.ForeignSay(/*done=*/true);
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_EQ(reading->count(), 1u);
}

TEST_F(TailHubTest, EndsFollowersOfALogWithoutARecordWhenItExpires) {
  Limit({.foreign_poll_interval = absl::Milliseconds(10)});
  store_.ForeignSay(/*done=*/true);
  const auto reading = Read(Following(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(1));
  store_.ExpireLog();
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kConversationNotFound));
}

TEST_F(TailHubTest, SendsForeignEntriesAmongOursInOrder) {
  Limit({.poll_interval = absl::Milliseconds(10)});
  const auto reading = ReadOpenRun();
  store_.ForeignSay();
  ASSERT_TRUE(reading->AwaitCount(4));
  SayHere();
  ASSERT_TRUE(reading->AwaitCount(5));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
  const auto log = LogIds();
  for (size_t i = 0; i < log.size(); ++i) {
    const auto resumed = Read(At(log[i]));
    ASSERT_TRUE(resumed->AwaitCount(log.size() - i - 1));
    EXPECT_THAT(resumed->ids(), ElementsAreArray(LogIds(i + 1)));
  }
}

TEST_F(TailHubTest, TellsWhoWatchesARecordOfWhatIsNoEntry) {
  int looks = 0;
  auto watch =
      hub_->WatchRecord(FakeStore::kConversation, [&looks] { ++looks; });
  const auto another =
      hub_->WatchRecord(FakeStore::kConversation, [&looks] { looks += 100; });
  EXPECT_EQ(store_.watched().size(), 2u);
  store_.Admit("run");
  EXPECT_EQ(looks, 101);
  store_.Begin("run");
  store_.Say();
  EXPECT_EQ(looks, 101);
  watch.reset();
  EXPECT_EQ(store_.watched().size(), 1u);
  store_.Admit("another");
  EXPECT_EQ(looks, 201);
}

TEST_F(TailHubTest, AWatchOfARecordMayOutliveTheHub) {
  const auto watch = hub_->WatchRecord(FakeStore::kConversation, [] {});
  hub_.reset();
}

// A process that ends while the store is away destroys the timers first: what
// the store answers in the end must not ask them for another try.
TEST(PageFlightsTest, ALateAnswerFindsNothingOfATailThatIsGone) {
  FakeStore store;
  store.HoldPages(true);
  auto timers = std::make_unique<TimerQueue>();
  auto flights = std::make_shared<PageFlights>(&store, timers.get(),
                                               [] { return TailStamp{}; });
  flights->Fetch({}, absl::Minutes(1), [](const TailPage&) { FAIL(); });
  const std::weak_ptr<PageFlights> weak = flights;
  flights.reset();
  EXPECT_TRUE(weak.expired());
  timers.reset();
  store.FailPages(absl::UnavailableError("closed"));
  store.ReadHeld();
  store.DeliverHeld();
}

TEST(PageFlightsTest, AnOutageCountsFromTheRequestAndNotFromItsFirstFailure) {
  FakeStore store;
  store.HoldPages(true);
  TimerQueue timers;
  const auto flights = std::make_shared<PageFlights>(
      &store, &timers, [] { return TailStamp{}; });
  std::atomic<int> errors{0};
  const SteadyTime asked = std::chrono::steady_clock::now();
  flights->Fetch({}, absl::Milliseconds(100),
                 [&](const TailPage& answer) { errors += !answer.page.ok(); });
  EXPECT_LE(store.held_timeout(), absl::Milliseconds(500));
  ASSERT_TRUE(Eventually([&] {
    return std::chrono::steady_clock::now() - asked >
           std::chrono::milliseconds(100);
  }));
  store.FailPages(absl::UnavailableError("away"));
  store.DeliverHeld();
  EXPECT_EQ(errors, 1);
}

TEST(PageFlightsTest, WhoHoldsOutDoesNotShareTheErrorOfWhoDoesNot) {
  FakeStore store;
  store.HoldPages(true);
  TimerQueue timers;
  const auto flights = std::make_shared<PageFlights>(
      &store, &timers, [] { return TailStamp{}; });
  std::atomic<int> pages{0}, errors{0};
  const auto count = [&](const TailPage& answer) {
    ++(answer.page.ok() ? pages : errors);
  };
  flights->Fetch({}, absl::ZeroDuration(), count);
  flights->Fetch({}, absl::Minutes(1), count);
  store.FailPages(absl::UnavailableError("away"));
  while (store.held() > 0) store.DeliverHeld();
  EXPECT_EQ(errors, 1);
  store.FailPages(absl::OkStatus());
  ASSERT_TRUE(Eventually([&] { return store.held() > 0; }));
  store.DeliverHeld();
  EXPECT_EQ(pages, 1);
}

}  // namespace
}  // namespace agent
