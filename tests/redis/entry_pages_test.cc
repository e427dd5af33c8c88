// Pages of entries alone: what XRANGE says, up to what only the record can tell
// the meaning of.
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

class EntryPagesTest : public StoreTest {
 protected:
  LogPage After(StreamId after, int entries) {
    LogPageRequest request;
    request.after = after;
    request.entries_only = entries;
    auto page = ReadPage(std::move(request));
    EXPECT_OK(page);
    return page.ok() ? *std::move(page) : LogPage{};
  }
  // Of the log's entry with this index.
  StreamId At(size_t index) { return ReadAll().entries[index]->id; }
  int64_t Scripts() {
    const Reply reply = Command({"INFO", "commandstats"});
    const std::string stats(reply.view().Text());
    const size_t at = stats.find("cmdstat_evalsha:calls=");
    return at == std::string::npos ? 0 : std::stoll(stats.substr(at + 22));
  }
};

TEST_F(EntryPagesTest, FollowEachOtherWithoutAScript) {
  Execute("r1", {"a", "b", "c", "d"});
  const StreamId start = At(0);
  const int64_t scripts = Scripts();
  const LogPage page = After(start, 2);
  EXPECT_TRUE(page.entries_only);
  EXPECT_TRUE(page.more);
  EXPECT_THAT(Texts(page), ElementsAre("a", "b"));
  EXPECT_EQ(page.entries[0]->run_id, "r1");
  EXPECT_EQ(page.entries[0]->sequence, 1);
  EXPECT_EQ(page.entries[0]->attempt, 1);
  const LogPage next = After(page.entries.back()->id, 2);
  EXPECT_THAT(Texts(next), ElementsAre("c", "d"));
  EXPECT_TRUE(next.more);
  EXPECT_EQ(Scripts(), scripts);
}

TEST_F(EntryPagesTest, StopBeforeAnEnd) {
  Execute("r1", {"a", "b"});
  Execute("r2", {"c"});
  const LogPage page = After(At(0), 100);
  EXPECT_TRUE(page.entries_only);
  EXPECT_FALSE(page.more);
  EXPECT_THAT(Texts(page), ElementsAre("a", "b"));
  const LogPage whole = After(page.entries.back()->id, 100);
  EXPECT_FALSE(whole.entries_only);
  EXPECT_TRUE(whole.record_exists);
  ASSERT_EQ(whole.entries.size(), 4u);
  EXPECT_TRUE(whole.entries[0]->IsTerminal());
  EXPECT_TRUE(whole.unconfirmed.empty());
}

TEST_F(EntryPagesTest, LeaveATornEndToTheRecord) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  const StreamId start = Start(run).last_id;
  Say(run, 1, {"a"});
  Command({"XADD", "agent-stream:c1", "*", "text", "", "sequence", "2",
           "timestamp", "1", "run", "r1", "attempt", "1", "kind", "completed",
           "done", "true"});
  Say(run, 2, {"b"});
  const LogPage page = After(start, 100);
  EXPECT_THAT(Texts(page), ElementsAre("a"));
  EXPECT_FALSE(page.more);
  const LogPage whole = After(page.entries.back()->id, 100);
  EXPECT_FALSE(whole.entries_only);
  EXPECT_THAT(Texts(whole), ElementsAre("b"));
  EXPECT_THAT(whole.unconfirmed, ElementsAre(whole.entries[0]->id));
}

TEST_F(EntryPagesTest, StopBeforeAnotherProgramsEntry) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  const StreamId start = Start(run).last_id;
  Say(run, 1, {"a"});
  Command({"XADD", "agent-stream:c1", "*", "text", "foreign"});
  EXPECT_THAT(Texts(After(start, 100)), ElementsAre("a"));
}

TEST_F(EntryPagesTest, AreWholeWhereTheNextNumberIsNotThere) {
  Execute("r1", {"a", "b", "c"});
  const StreamId start = At(0);
  Command({"XDEL", "agent-stream:c1", At(1).ToString()});
  const LogPage page = After(start, 100);
  EXPECT_FALSE(page.entries_only);
  EXPECT_EQ(page.record_number, 5);
  EXPECT_THAT(Texts(page), ElementsAre("b", "c"));
}

TEST_F(EntryPagesTest, AreWholeWhereNothingFollows) {
  Execute("r1", {"a"});
  const LogPage at_end = After(At(2), 100);
  EXPECT_FALSE(at_end.entries_only);
  EXPECT_TRUE(at_end.cursor_terminal);
  const StreamId start = At(0);
  ASSERT_OK(Delete(/*force=*/true));
  const LogPage gone = After(start, 100);
  EXPECT_FALSE(gone.entries_only);
  EXPECT_FALSE(gone.record_exists);
  EXPECT_FALSE(gone.log_exists);
}

TEST_F(EntryPagesTest, HaveWhatWasAskedForHoweverLarge) {
  Execute("r1", std::vector<std::string>(10, std::string(100'000, 'x')));
  const LogPage page = After(At(0), 8);
  EXPECT_EQ(page.entries.size(), 8u);
  EXPECT_EQ(Texts(page).back().size(), 100'000u);
}

}  // namespace
}  // namespace agent::testing
