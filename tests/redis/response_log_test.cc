// Pages of the log, what the record says of them, and logs of other programs.
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

class ResponseLogTest : public StoreTest {
 protected:
  LogPage Page(LogPageRequest request) {
    auto page = ReadPage(std::move(request));
    EXPECT_OK(page);
    return page.ok() ? *std::move(page) : LogPage{};
  }
  LogPage After(StreamId after) {
    LogPageRequest request;
    request.after = after;
    return Page(request);
  }
  // As the original's Python handler writes.
  void WriteForeign(const std::vector<std::string>& fields) {
    std::vector<std::string> command = {"XADD", "agent-stream:c1", "*"};
    command.insert(command.end(), fields.begin(), fields.end());
    Command(command);
  }
};

TEST_F(ResponseLogTest, WhatDoesNotExistIsAnEmptyPage) {
  const LogPage page = ReadAll();
  EXPECT_FALSE(page.record_exists);
  EXPECT_FALSE(page.log_exists);
  EXPECT_TRUE(page.entries.empty());
  EXPECT_EQ(page.now_ms, now_ms());
}

TEST_F(ResponseLogTest, APageHasTheRecordOfTheSameInstant) {
  Execute("r1", {"a"});
  ASSERT_OK(Admit("r2"));
  ASSERT_OK(Admit("r3"));
  const RunAssignment run = Take("t2");
  const StreamId newest = Start(run).last_id;
  const LogPage page = ReadAll();
  EXPECT_TRUE(page.record_exists);
  EXPECT_TRUE(page.log_exists);
  EXPECT_EQ(page.record_number, 4);
  EXPECT_EQ(page.record_last, newest);
  EXPECT_TRUE(page.run_active);
  EXPECT_EQ(page.queued_runs, 1);
  EXPECT_EQ(page.last_id, newest);
  EXPECT_EQ(page.first_id, page.entries[0]->id);
  EXPECT_GT(page.log_ttl_ms, 0);
  EXPECT_GT(page.record_ttl_ms, 0);
  EXPECT_FALSE(page.more);
}

TEST_F(ResponseLogTest, PagesFollowEachOther) {
  Execute("r1", {"a", "b", "c", "d"});
  LogPageRequest request;
  request.max_entries = 3;
  LogPage page = Page(request);
  EXPECT_THAT(Texts(page), ElementsAre("a", "b"));
  EXPECT_TRUE(page.more);
  request.after = page.entries.back()->id;
  page = Page(request);
  EXPECT_TRUE(page.cursor_exists);
  EXPECT_FALSE(page.cursor_terminal);
  EXPECT_THAT(Texts(page), ElementsAre("c", "d"));
  const LogPage at_end = After(page.entries.back()->id);
  EXPECT_TRUE(at_end.cursor_exists);
  EXPECT_TRUE(at_end.cursor_terminal);
  EXPECT_TRUE(at_end.entries.empty());
}

TEST_F(ResponseLogTest, APageOfLargeEntriesIsShort) {
  Execute("r1", std::vector<std::string>(10, std::string(100000, 'x')));
  const LogPage page = ReadAll();
  EXPECT_EQ(page.entries.size(), 4u);  // the attempt, and 256 KiB of text
  EXPECT_TRUE(page.more);
  EXPECT_EQ(After(page.entries.back()->id).entries.size(), 3u);
}

TEST_F(ResponseLogTest, WhatAToolSaidCountsForAPageToo) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  AppendRequest request = Append(run);
  request.sequence = Start(run).next_sequence;
  for (int i = 0; i < 10; ++i) {
    request.chunks.push_back(ToolResult{"id", std::string(100000, 'x'), false});
  }
  ASSERT_OK(Send(request));
  EXPECT_EQ(ReadAll().entries.size(), 4u);
}

// However entries of different sizes follow each other, a page has all of them
// up to its end.
TEST_F(ResponseLogTest, PagesOfEntriesOfAllSizesFollowEachOther) {
  std::vector<std::string> texts;
  for (int i = 0; i < 60; ++i) {
    texts.push_back(std::string(i % 7 == 3 ? 90000 : 1 + i, 'x'));
  }
  Execute("r1", texts);
  std::vector<std::string> read;
  LogPage page = ReadAll();
  while (true) {
    for (std::string& text : Texts(page)) read.push_back(std::move(text));
    if (!page.more) break;
    page = After(page.entries.back()->id);
  }
  EXPECT_EQ(read, texts);
}

TEST_F(ResponseLogTest, ACursorThatIsNotThereIsTold) {
  Execute("r1", {"a"});
  EXPECT_FALSE(After({1, 0}).cursor_exists);
  EXPECT_EQ(After({1, 0}).entries.size(), 3u);
  const LogPage beyond = After({UINT64_MAX, UINT64_MAX});
  EXPECT_TRUE(beyond.entries.empty());
  EXPECT_FALSE(beyond.cursor_exists);
}

TEST_F(ResponseLogTest, AReadMayBeginWithARun) {
  Execute("r1", {"a"});
  Execute("r2", {"b"});
  ASSERT_OK(Admit("r3"));
  LogPageRequest request;
  request.run_id = "r2";
  request.from_run = true;
  LogPage page = Page(request);
  EXPECT_THAT(Texts(page), ElementsAre("b"));
  ASSERT_TRUE(page.run.has_value());
  EXPECT_EQ(page.run->state, RunState::kCompleted);
  EXPECT_EQ(page.run->first_id, page.entries[0]->id);

  request.run_id = "";
  request.want_newest_run = true;
  page = Page(request);
  ASSERT_TRUE(page.run.has_value());
  EXPECT_EQ(page.run->run_id, "r3");
  EXPECT_EQ(page.run->accept_cursor, page.record_last);
  EXPECT_TRUE(page.entries.empty());

  request.run_id = "unknown";
  request.want_newest_run = false;
  page = Page(request);
  EXPECT_FALSE(page.run.has_value());
  EXPECT_TRUE(page.entries.empty());
}

TEST_F(ResponseLogTest, ATornEndIsNotConfirmed) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  Start(run);
  Command({"XADD", "agent-stream:c1", "*", "text", "", "sequence", "1",
           "timestamp", "1", "run", "r1", "attempt", "1", "kind", "completed",
           "done", "true"});
  LogPage page = ReadAll();
  ASSERT_EQ(page.entries.size(), 2u);
  const StreamId torn = page.entries[1]->id;
  EXPECT_THAT(page.unconfirmed, ElementsAre(torn));
  EXPECT_FALSE(After(torn).cursor_terminal);
  End(run, 1, RunState::kCompleted);
  page = ReadAll();
  EXPECT_EQ(page.entries.size(), 3u);
  EXPECT_THAT(page.unconfirmed, ElementsAre(torn));
}

TEST_F(ResponseLogTest, ARunThatWasDroppedEndedWithItsLastTerminal) {
  Execute("r1", {"a"});
  Execute("r2", {"b"});
  Command({"HDEL", "{agent-stream:c1}:m", "state:r1", "end:r1"});
  EXPECT_TRUE(ReadAll().unconfirmed.empty());
}

TEST_F(ResponseLogTest, AnotherPrincipalsIsNotFound) {
  ASSERT_OK(Admit("r1"));
  LogPageRequest request;
  request.conversation.principal = "eve";
  EXPECT_THAT(ReadPage(request), HasReason(reason::kConversationNotFound));
}

TEST_F(ResponseLogTest, AwkwardTextComesBackByteForByte) {
  const std::vector<std::string> awkward = {
      "\r\n\t", "\xE2\x80\xA8", "\xF0\x9F\x8C\x8D", std::string("a\0b", 3),
      std::string(256 << 10, 'y')};
  for (size_t i = 0; i < awkward.size(); ++i) {
    Execute("r" + std::to_string(i), {awkward[i]});
    LogPageRequest request;
    request.want_newest_run = true;
    request.from_run = true;
    EXPECT_THAT(Texts(Page(request)), ElementsAre(awkward[i]));
  }
}

TEST_F(ResponseLogTest, ToolsComeBackWhole) {
  ASSERT_OK(Admit("r1"));
  const RunAssignment run = Take("t1");
  AppendRequest request = Append(run);
  request.chunks = {ToolCall{"c1", "weather", R"({"city":"Oslo"})"},
                    ToolResult{"c1", "rain", false},
                    ToolResult{"c2", "broken", true}};
  ASSERT_OK(Send(request));
  const LogPage page = ReadAll();
  ASSERT_EQ(page.entries.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(page.entries[i]->content, request.chunks[i]);
  }
}

TEST_F(ResponseLogTest, LogsOfOtherProgramsAreRead) {
  WriteForeign(
      {"text", "Hello", "sequence", "0", "timestamp", "2025-01-01T00:00:00Z"});
  WriteForeign({"text", "bad \xFF byte", "sequence", "1"});
  WriteForeign({"text", "", "sequence", "2", "done", "true"});
  const LogPage page = ReadAll();
  EXPECT_FALSE(page.record_exists);
  EXPECT_TRUE(page.log_exists);
  EXPECT_EQ(page.log_ttl_ms, -1);
  ASSERT_EQ(page.entries.size(), 3u);
  EXPECT_THAT(Texts(page), ElementsAre("Hello", "bad \xEF\xBF\xBD byte"));
  EXPECT_TRUE(page.entries[0]->IsForeign());
  EXPECT_EQ(page.entries[1]->sequence, 1);
  EXPECT_EQ(page.entries[0]->create_time_ms,
            static_cast<int64_t>(page.entries[0]->id.ms));
  EXPECT_TRUE(page.entries[2]->IsTerminal());
  EXPECT_TRUE(page.unconfirmed.empty());
  EXPECT_TRUE(After(page.entries[2]->id).cursor_terminal);
}

TEST_F(ResponseLogTest, AForeignErrorIsAFailureAndNonsenseIsText) {
  WriteForeign({"what", "ever"});
  WriteForeign({"error", "it broke"});
  LogPageRequest request;
  request.want_newest_run = true;
  request.from_run = true;
  const LogPage page = Page(request);
  ASSERT_EQ(page.entries.size(), 2u);
  EXPECT_EQ(page.entries[0]->content, ChunkContent(TextPiece{""}));
  EXPECT_EQ(page.entries[1]->content,
            ChunkContent(RunFailed{"AGENT_ERROR", "it broke"}));
}

TEST_F(ResponseLogTest, ManyPositionsAreReadByOneCommand) {
  Execute("r1", {"a"});
  ASSERT_OK(Admit("r2"));
  const auto positions = Await<std::vector<LogPosition>>(
      [&](Callback<std::vector<LogPosition>> done) {
        store().log().ReadPositions({"none", kConversation}, std::move(done));
      });
  ASSERT_OK(positions);
  ASSERT_EQ(positions->size(), 2u);
  EXPECT_EQ((*positions)[0], LogPosition{});
  const LogPosition& position = (*positions)[1];
  EXPECT_TRUE(position.record_exists && position.log_exists);
  EXPECT_EQ(position.record_number, 3);
  EXPECT_EQ(position.last_id, ReadAll().last_id);
  EXPECT_FALSE(position.run_active);
  EXPECT_EQ(position.queued_runs, 1);
}

TEST_F(ResponseLogTest, AReaderOfAForgottenRunAsksForALook) {
  ASSERT_OK(Admit("r1"));
  Take("t1");
  ASSERT_TRUE(Eventually([&] {
    return Number({"ZSCORE", "agent-due:planner", "c1"}) == now_ms() + 15000;
  }));
  Command({"DEL", "agent-due:planner"});
  ReadAll();
  Advance(absl::Seconds(21));
  ReadAll();
  EXPECT_TRUE(Eventually([&] {
    return Number({"ZSCORE", "agent-due:planner", "c1"}) == now_ms();
  }));
}

TEST_F(ResponseLogTest, WhoeverWaitsForAForgottenRunAsksForALook) {
  ASSERT_OK(Admit("r1"));
  Take("t1");
  ASSERT_TRUE(Eventually([&] {
    return Number({"ZSCORE", "agent-due:planner", "c1"}) == now_ms() + 15000;
  }));
  Command({"DEL", "agent-due:planner"});
  const auto look = [&] {
    return Await<std::vector<LogPosition>>(
        [&](Callback<std::vector<LogPosition>> done) {
          store().log().ReadPositions({"none", kConversation}, std::move(done));
        });
  };
  ASSERT_OK(look());
  Advance(absl::Seconds(21));
  ASSERT_OK(look());
  EXPECT_TRUE(Eventually([&] {
    return Number({"ZSCORE", "agent-due:planner", "c1"}) == now_ms();
  }));
  EXPECT_EQ(Number({"ZCARD", "agent-due:planner"}), 1);
}

}  // namespace
}  // namespace agent::testing
