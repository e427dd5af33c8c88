// `agent-client chat`, through pipes and in a terminal.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/client/program_process.h"
#include "tests/client/scripted_log.h"
#include "tests/client/scripted_service.h"

namespace agent::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ProgramProcess;
using testing::ProgramResult;
using testing::RichStatus;
using testing::RunToEnd;
using testing::ScriptedLog;
using testing::ScriptedService;
using ::testing::SizeIs;

class ChatTest : public ::testing::Test {
 protected:
  ChatTest() {
    log_.Attempt().Text("Day 1. ").ToolCall("weather", "{}").Text("Day 2. ");
    log_.Text("Day 3.").Complete("Day 1. Day 2. Day 3.");
    log_.NextRun("run-2").Attempt().Text("Sushi.").Complete("Sushi.");
    service_.SetLog(log_);
  }

  ProgramResult Pipe(const std::string& input) {
    return RunToEnd({"--server=" + service_.address(), "chat"}, input);
  }

  // What the person at the terminal starts.
  std::vector<std::string> Chat() const {
    return {"chat", "travelplanner", "--server", service_.address()};
  }

  ScriptedLog log_;
  ScriptedService service_;
};

TEST_F(ChatTest, EachLineOfAPipeIsATurnOfOneConversation) {
  const ProgramResult chat = Pipe("Plan a trip\nWhat shall I eat?\nexit\n");
  EXPECT_EQ(chat.status, 0) << chat.error;
  EXPECT_THAT(chat.output, HasSubstr("=== TravelPlanner at "));
  EXPECT_THAT(chat.output, HasSubstr("You: Plan a trip\n"));
  EXPECT_THAT(chat.output, HasSubstr("Conversation ID: conversation-1\n"));
  EXPECT_THAT(chat.output,
              HasSubstr("TravelPlanner: Day 1. \n[calls weather {}]\n"
                        "Day 2. Day 3.\n"));
  EXPECT_THAT(chat.output, HasSubstr("You: What shall I eat?\n"
                                     "TravelPlanner: Sushi.\n"));
  EXPECT_THAT(chat.output, Not(HasSubstr("\033")));
  const auto runs = service_.run_requests();
  ASSERT_THAT(runs, SizeIs(2));
  EXPECT_EQ(runs[0].conversation_id(), "");
  EXPECT_EQ(runs[1].conversation_id(), "conversation-1");
  EXPECT_EQ(runs[1].message(), "What shall I eat?");
}

TEST_F(ChatTest, APipesEndInterruptsNoAnswer) {
  const ProgramResult chat = Pipe("Plan a trip");
  EXPECT_EQ(chat.status, 0) << chat.error;
  EXPECT_THAT(chat.output, HasSubstr("Day 3.\n"));
}

TEST_F(ChatTest, APipesFirstFailingTurnEndsTheChat) {
  ScriptedLog log;
  log.Attempt().Fail("AGENT_ERROR", "no");
  service_.SetLog(log);
  const ProgramResult chat = Pipe("one\ntwo\n");
  EXPECT_EQ(chat.status, 1);
  EXPECT_THAT(chat.output, HasSubstr("[failed: AGENT_ERROR: no]"));
  EXPECT_THAT(service_.run_requests(), SizeIs(1));
}

TEST_F(ChatTest, EnterInterruptsAndEnterResumesAtTheLastCursor) {
  service_.AddCall({.cut_after = 2, .hold = true});
  ProgramProcess chat(ProgramProcess::Mode::kTerminal, Chat());
  ASSERT_TRUE(chat.WaitForOutput("You: "));
  chat.Type("Plan a trip\n");
  ASSERT_TRUE(chat.WaitForOutput("Conversation ID: conversation-1"));
  ASSERT_TRUE(chat.WaitForOutput("Press [Enter] to interrupt the stream."));
  ASSERT_TRUE(chat.WaitForOutput("Day 1. "));
  chat.Type("\n");
  ASSERT_TRUE(
      chat.WaitForOutput("[interrupted] last cursor: " + log_.CursorAt(1)));
  ASSERT_TRUE(chat.WaitForOutput("You: "));
  chat.Type("\n");
  ASSERT_TRUE(chat.WaitForOutput("from cursor: " + log_.CursorAt(1)));
  ASSERT_TRUE(chat.WaitForOutput("Day 2. Day 3."));
  ASSERT_TRUE(chat.WaitForOutput("You: "));
  chat.Type("exit\n");
  EXPECT_EQ(chat.Wait(), 0) << chat.output();
  const auto streams = service_.stream_requests();
  ASSERT_THAT(streams, SizeIs(2));
  EXPECT_EQ(streams[1].cursor(), log_.CursorAt(1));
  EXPECT_THAT(service_.run_requests(), SizeIs(1));
}

TEST_F(ChatTest, AMessageAfterAnInterruptionIsTheNextTurn) {
  service_.AddCall({.cut_after = 2, .hold = true});
  ProgramProcess chat(ProgramProcess::Mode::kTerminal, Chat());
  chat.Type("Plan a trip\n");
  ASSERT_TRUE(chat.WaitForOutput("Day 1. "));
  chat.Type("\n");
  ASSERT_TRUE(chat.WaitForOutput("[interrupted]"));
  ASSERT_TRUE(chat.WaitForOutput("You: "));
  chat.Type("And food?\n");
  ASSERT_TRUE(chat.WaitForOutput("Sushi."));
  ASSERT_TRUE(chat.WaitForOutput("You: "));
  chat.Type("\x04");
  EXPECT_EQ(chat.Wait(), 0) << chat.output();
  EXPECT_EQ(service_.run_requests().at(1).conversation_id(), "conversation-1");
  EXPECT_EQ(service_.stream_requests().at(1).run_id(), "run-2");
}

TEST_F(ChatTest, AMessageTypedWhileStreamingIsTheNextTurn) {
  service_.AddCall({.cut_after = 2, .hold = true});
  ProgramProcess chat(ProgramProcess::Mode::kTerminal, Chat());
  chat.Type("Plan a trip\n");
  ASSERT_TRUE(chat.WaitForOutput("Day 1. "));
  chat.Type("And food?\n");
  ASSERT_TRUE(chat.WaitForOutput("[interrupted]"));
  ASSERT_TRUE(chat.WaitForOutput("Sushi."));
  chat.Type("exit\n");
  EXPECT_EQ(chat.Wait(), 0) << chat.output();
  EXPECT_EQ(service_.run_requests().at(1).message(), "And food?");
}

TEST_F(ChatTest, ATerminalHasColoursAndNoForeignControls) {
  ScriptedLog log;
  log.Attempt()
      .Text(
          "a\033[2Jb\xc2\x9b"
          "c")
      .ToolCall("weather", "{}");
  log.Complete(
      "a\033[2Jb\xc2\x9b"
      "c");
  service_.SetLog(log);
  ProgramProcess chat(ProgramProcess::Mode::kTerminal, Chat());
  chat.Type("hi\n");
  ASSERT_TRUE(chat.WaitForOutput("calls weather"));
  chat.Type("exit\n");
  EXPECT_EQ(chat.Wait(), 0) << chat.output();
  EXPECT_THAT(chat.output(), HasSubstr("\033[33mYou: \033[0m"));
  EXPECT_THAT(chat.output(), HasSubstr("\033[2m[calls weather {}]"));
  EXPECT_THAT(chat.output(), HasSubstr("a[2Jbc"));
  EXPECT_THAT(chat.output(), Not(HasSubstr("\033[2J")));
}

TEST_F(ChatTest, ColoursCanBeTurnedOff) {
  for (const char* how : {"--color=never", "NO_COLOR=1"}) {
    const bool flag = *how == '-';
    std::vector<std::string> arguments = Chat();
    if (flag) arguments.emplace_back(how);
    ProgramProcess chat(
        ProgramProcess::Mode::kTerminal, arguments,
        flag ? std::vector<std::string>{} : std::vector<std::string>{how});
    ASSERT_TRUE(chat.WaitForOutput("You: "));
    chat.Type("hi\n");
    ASSERT_TRUE(chat.WaitForOutput("You: "));
    chat.Type("exit\n");
    EXPECT_EQ(chat.Wait(), 0) << chat.output();
    EXPECT_THAT(chat.output(), Not(HasSubstr("\033"))) << how;
  }
}

TEST_F(ChatTest, ADiscardedAttemptIsToldAndWhatStandsShownAgain) {
  ScriptedLog log;
  log.Attempt().Text("kept ").Text("lost").Attempt(log.CursorAt(1));
  log.Text("new").Complete("kept new");
  service_.SetLog(log);
  const ProgramResult chat = Pipe("hi\n");
  EXPECT_EQ(chat.status, 0) << chat.error;
  EXPECT_THAT(chat.output,
              HasSubstr("TravelPlanner: kept lost\n[restarted]\nkept new\n"));
}

TEST_F(ChatTest, CtrlCLeavesCleanlyAndTellsTheCursor) {
  service_.AddCall({.cut_after = 2, .hold = true});
  ProgramProcess chat(ProgramProcess::Mode::kTerminal, Chat());
  chat.Type("Plan a trip\n");
  ASSERT_TRUE(chat.WaitForOutput("Day 1. "));
  chat.Type("\x03");
  EXPECT_EQ(chat.Wait(), 0) << chat.output();
  EXPECT_THAT(chat.output(), HasSubstr("last cursor: " + log_.CursorAt(1)));
}

TEST_F(ChatTest, CtrlCAtThePromptLeavesCleanly) {
  ProgramProcess chat(ProgramProcess::Mode::kTerminal, Chat());
  ASSERT_TRUE(chat.WaitForOutput("You: "));
  chat.Type("\x03");
  EXPECT_EQ(chat.Wait(), 0) << chat.output();
}

TEST_F(ChatTest, AnErrorAtATerminalDoesNotEndTheChat) {
  service_.AddRunFailure(
      RichStatus(grpc::StatusCode::RESOURCE_EXHAUSTED, "MAILBOX_FULL"));
  ProgramProcess chat(ProgramProcess::Mode::kTerminal, Chat());
  chat.Type("one\n");
  ASSERT_TRUE(chat.WaitForOutput("MAILBOX_FULL"));
  ASSERT_TRUE(chat.WaitForOutput("You: "));
  service_.SetLog(ScriptedLog("run-2").Attempt().Text("ok").Complete("ok"));
  chat.Type("two\n");
  ASSERT_TRUE(chat.WaitForOutput("ok"));
  chat.Type("exit\n");
  EXPECT_EQ(chat.Wait(), 0) << chat.output();
}

}  // namespace
}  // namespace agent::client
