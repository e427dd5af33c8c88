// Reading against a real Redis: several processes, resumptions, foreign logs,
// and what is deleted, expired, trimmed or lost.
#include "tests/log/redis_reading_fixture.h"

namespace agent {
namespace {

using ::testing::ElementsAreArray;
using testing::Eventually;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Process;
using testing::Reading;
using testing::StatusIs;
using testing::Writer;

class LogReaderRedisTest : public testing::RedisReadingTest {
 protected:
  // As the Python sample writes: no run, no record, no wake-up.
  std::string ForeignSay(const std::string& text, bool done = false) {
    std::vector<std::string> command = {"XADD", kLog,        "*",
                                        "text", text,        "sequence",
                                        "0",    "timestamp", "1700000000000"};
    if (done) {
      command.push_back("done");
      command.push_back("true");
    }
    return std::string(server().Command(command).view().Text());
  }

  static std::vector<std::string> Texts(const Reading& reading) {
    std::vector<std::string> texts;
    for (const ChunkPtr& chunk : reading.chunks()) {
      if (const auto* piece = std::get_if<TextPiece>(&chunk->content)) {
        texts.push_back(piece->text);
      }
    }
    return texts;
  }

  static RunLimits ShortLived() {
    RunLimits limits;
    limits.stream_ttl = absl::Milliseconds(300);
    limits.state_ttl = absl::Milliseconds(900);
    return limits;
  }

  int64_t CommandsOf(const std::string& name) {
    const std::string stats(
        server().Command({"INFO", "commandstats"}).view().Text());
    const size_t at = stats.find("cmdstat_" + name + ":calls=");
    if (at == std::string::npos) return 0;
    return std::stoll(stats.substr(stats.find('=', at) + 1));
  }
};

TEST_F(LogReaderRedisTest, ResumesAtEveryPositionOfTwoRuns) {
  Process process(server(), {});
  Writer writer(&process, kConversation);
  writer.Execute("a", {"one", "two", "three"});
  writer.Execute("b", {"four"});
  const auto log = LogIds();
  ASSERT_EQ(log.size(), 8u);
  for (size_t i = 0; i < log.size(); ++i) {
    const auto reading = process.Read(At(log[i]));
    EXPECT_THAT(reading->AwaitEnd(), IsOk());
    const size_t end = i < 4 ? 5 : 8;  // the next terminal chunk
    EXPECT_THAT(reading->ids(),
                ElementsAreArray(log.begin() + static_cast<ptrdiff_t>(i) + 1,
                                 log.begin() + static_cast<ptrdiff_t>(end)));
    EXPECT_EQ(reading->cursor(), log[end - 1]);
  }
}

TEST_F(LogReaderRedisTest, ReadsANamedRunAndTheNewest) {
  Process process(server(), {});
  Writer writer(&process, kConversation);
  writer.Execute("a", {"one", "two"});
  writer.Execute("b", {"three"});
  const auto named = process.Read(At(std::nullopt, "a"));
  const auto newest = process.Read(At(std::nullopt));
  EXPECT_THAT(named->AwaitEnd(), IsOk());
  EXPECT_THAT(newest->AwaitEnd(), IsOk());
  EXPECT_THAT(Texts(*named), ElementsAreArray({"one", "two"}));
  EXPECT_THAT(Texts(*newest), ElementsAreArray({"three"}));
  EXPECT_EQ(named->chunks()[0]->sequence, 0);
  EXPECT_EQ(named->chunks()[3]->sequence, 3);
}

TEST_F(LogReaderRedisTest, StreamsWhatAnotherProcessWrites) {
  Process here(server(), {});
  Process there(server(), {});
  Writer writer(&there, kConversation);
  const Admission admission = writer.Admit("a");
  const auto reading = here.Read(At(admission.cursor, "a"));
  writer.Begin();
  std::vector<std::string> said;
  for (int i = 0; i < 200; ++i) {
    said.push_back("piece " + std::to_string(i));
    writer.Say({said.back()});
  }
  writer.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(Texts(*reading), ElementsAreArray(said));
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

TEST_F(LogReaderRedisTest, StreamsWhatThisProcessWritesWithoutReadingIt) {
  Process process(server(), {});
  Writer writer(&process, kConversation);
  writer.Admit("a");
  writer.Begin();
  const auto reading = process.Read(At(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(1));
  writer.Say({"first"});
  ASSERT_TRUE(reading->AwaitCount(2));
  const int64_t before = CommandsOf("xrange");
  for (int i = 0; i < 100; ++i) writer.Say({"more"});
  writer.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_EQ(reading->count(), 103u);
  // Not even a tenth of the chunks cost a read.
  EXPECT_LT(CommandsOf("xrange") - before, 10);
}

TEST_F(LogReaderRedisTest, ReadsOnceForManyReadersOfAnotherProcess) {
  Process here(server(), {});
  Process there(server(), {});
  Writer writer(&there, kConversation);
  writer.Admit("a");
  writer.Begin();
  std::vector<std::shared_ptr<Reading>> readings;
  for (int i = 0; i < 1000; ++i) {
    readings.push_back(here.Read(At(StreamId{})));
  }
  for (const auto& reading : readings) ASSERT_TRUE(reading->AwaitCount(1));
  const int64_t before = CommandsOf("xrange");
  for (int i = 0; i < 20; ++i) writer.Say({"more"});
  for (const auto& reading : readings) ASSERT_TRUE(reading->AwaitCount(21));
  // A page's script asks Redis a few times.
  EXPECT_LT(CommandsOf("xrange") - before, 20 * 10);
}

TEST_F(LogReaderRedisTest, WaitsForTheRunThatIsQueuedAndTellsItsCancellation) {
  Process here(server(), {});
  Process there(server(), {});
  Writer writer(&there, kConversation);
  writer.Execute("a", {"one"});
  writer.Admit("b");
  const auto named = here.Read(At(std::nullopt, "b"));
  const auto newest = here.Read(At(std::nullopt));
  const auto resumed = here.Read(At(LogIds().back()));
  auto cancelled = Await<agent::Run>([&](Callback<agent::Run> done) {
    there.runs().Cancel({"", kConversation}, "b", std::move(done));
  });
  ASSERT_OK(cancelled);
  for (const auto& reading : {named, newest}) {
    EXPECT_THAT(reading->AwaitEnd(), IsOk());
    ASSERT_EQ(reading->count(), 1u);
    EXPECT_TRUE(
        std::holds_alternative<RunCancelled>(reading->chunks()[0]->content));
    EXPECT_EQ(reading->chunks()[0]->id, LogIds().back());
  }
  EXPECT_THAT(resumed->AwaitEnd(), IsOk());
}

TEST_F(LogReaderRedisTest, FollowsUntilTheConversationIsDeleted) {
  Process here(server(), {});
  Process there(server(), {});
  Writer writer(&there, kConversation);
  writer.Execute("a", {"one"});
  const auto reading = here.Read(Following(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(3));
  writer.Execute("b", {"two"});
  ASSERT_TRUE(reading->AwaitCount(6));
  EXPECT_OK(AwaitStatus([&](StatusCallback done) {
    there.runs().Delete({"", kConversation}, false, std::move(done));
  }));
  EXPECT_THAT(reading->AwaitEnd(), HasReason(reason::kConversationNotFound));
}

TEST_F(LogReaderRedisTest, TellsExpiredFromUnknown) {
  Process process(server(), ShortLived());
  Writer writer(&process, kConversation);
  writer.Execute("a", {"one"});
  const auto log = LogIds();
  const auto follower = process.Read(Following(StreamId{}));
  ASSERT_TRUE(follower->AwaitCount(3));
  ASSERT_TRUE(Eventually([&] { return LogIds().empty(); }));
  const auto end = process.Read(At(log[0]))->AwaitEnd();
  EXPECT_THAT(end, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(end, HasReason(reason::kStreamExpired));
  EXPECT_THAT(process.Read(At(log.back()))->AwaitEnd(), IsOk());
  EXPECT_EQ(follower->end(), std::nullopt);  // it was sent everything
  // Then the record goes as well.
  EXPECT_THAT(follower->AwaitEnd(), HasReason(reason::kConversationNotFound));
  EXPECT_THAT(process.Read(At(log[0]))->AwaitEnd(),
              HasReason(reason::kConversationNotFound));
}

TEST_F(LogReaderRedisTest, TellsTrimmedLostAndForeignCursors) {
  Process process(server(), {});
  Writer writer(&process, kConversation);
  writer.Execute("a", {"one", "two"});
  writer.Execute("b", {"three"});
  const auto log = LogIds();
  server().Command({"XTRIM", kLog, "MINID", log[4].ToString()});
  EXPECT_THAT(process.Read(At(log[1]))->AwaitEnd(),
              HasReason(reason::kCursorTrimmed));
  EXPECT_THAT(process.Read(At(std::nullopt, "a"))->AwaitEnd(),
              HasReason(reason::kCursorTrimmed));
  EXPECT_THAT(process.Read(At(log[3]))->AwaitEnd(), IsOk());
  const StreamId ahead = {log.back().ms, log.back().seq + 5000};
  EXPECT_THAT(process.Read(At(ahead))->AwaitEnd(),
              HasReason(reason::kCursorLost));
  const StreamId far = {log.back().ms + 3'600'000, log.back().seq + 5000};
  EXPECT_THAT(process.Read(At(far))->AwaitEnd(),
              HasReason(reason::kCursorForeign));
}

TEST_F(LogReaderRedisTest, StreamsALogOfTheSampleAsItGrows) {
  Process process(server(), {});
  ForeignSay("one");
  const auto reading = process.Read(At(std::nullopt));
  ASSERT_TRUE(reading->AwaitCount(1));
  ForeignSay("two");
  ASSERT_TRUE(reading->AwaitCount(2));
  ForeignSay("", /*done=*/true);
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(Texts(*reading), ElementsAreArray({"one", "two"}));
  EXPECT_EQ(reading->chunks()[0]->run_id, "");
  const auto log = LogIds();
  for (size_t i = 0; i < log.size(); ++i) {
    const auto resumed = process.Read(At(log[i]));
    EXPECT_THAT(resumed->AwaitEnd(), IsOk());
    EXPECT_THAT(resumed->ids(), ElementsAreArray(LogIds(i + 1)));
  }
}

TEST_F(LogReaderRedisTest, ReadsOnAfterTheConnectionsBroke) {
  Process here(server(), {});
  Process there(server(), {});
  Writer writer(&there, kConversation);
  writer.Admit("a");
  writer.Begin();
  const auto reading = here.Read(At(StreamId{}));
  ASSERT_TRUE(reading->AwaitCount(1));
  server().DropClients();
  writer.Say({"one"});
  ASSERT_TRUE(reading->AwaitCount(2));
  server().DropClients();
  writer.Complete();
  EXPECT_THAT(reading->AwaitEnd(), IsOk());
  EXPECT_THAT(reading->ids(), ElementsAreArray(LogIds()));
}

}  // namespace
}  // namespace agent
