// The agent-client binary as scripts use it: exit status, standard output,
// standard error.
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
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
using ::testing::StartsWith;
using Json = nlohmann::json;

std::vector<Json> Lines(const std::string& output) {
  std::vector<Json> lines;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(Json::parse(line));
  }
  return lines;
}

class ProgramTest : public ::testing::Test {
 protected:
  ProgramTest() {
    log_.Attempt().Text("Good ").ToolCall("weather", R"({"a":1})");
    log_.ToolResult("sunny").Text("day.").Complete("Good day.");
    service_.SetLog(log_);
  }

  ProgramResult Run(std::vector<std::string> arguments,
                    const std::string& input = "") {
    arguments.insert(arguments.begin(), "--server=" + service_.address());
    return RunToEnd(arguments, input);
  }

  ScriptedLog log_;
  ScriptedService service_;
};

TEST_F(ProgramTest, RunWritesTheTextAloneToStandardOutput) {
  const ProgramResult run = Run({"run", "TravelPlanner", "hello"});
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_EQ(run.output, "Good day.\n");
  EXPECT_THAT(run.error, HasSubstr("Conversation ID: conversation-1\n"));
  EXPECT_THAT(run.error, HasSubstr("Run ID: run-1\n"));
  EXPECT_THAT(run.error, HasSubstr("[calls weather {\"a\":1}]\n"));
  EXPECT_THAT(run.error, Not(HasSubstr("\033"))) << "no colours into pipes";
}

TEST_F(ProgramTest, RunWritesOneJsonObjectALine) {
  const ProgramResult run = Run({"run", "TravelPlanner", "hello", "--json"});
  EXPECT_EQ(run.status, 0) << run.error;
  const std::vector<Json> lines = Lines(run.output);
  ASSERT_THAT(lines, SizeIs(7));
  EXPECT_EQ(lines[0]["conversation_id"], "conversation-1");
  EXPECT_EQ(lines[0]["run_id"], "run-1");
  EXPECT_EQ(lines[1]["sequence"], "0");
  EXPECT_TRUE(lines[1].contains("attempt_started"));
  EXPECT_EQ(lines[2]["text"], "Good ");
  EXPECT_EQ(lines[2]["cursor"], log_.CursorAt(1));
  EXPECT_EQ(lines[3]["tool_call"]["arguments"], R"({"a":1})");
  EXPECT_EQ(lines[6]["completed"]["text_bytes"], "9");
}

TEST_F(ProgramTest, RunPassesTheConversationAndTheKeyOn) {
  EXPECT_EQ(Run({"run", "TravelPlanner", "hi", "--conversation", "c-7",
                 "--request_id=key"})
                .status,
            0);
  const auto requests = service_.run_requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].agent(), "TravelPlanner");
  EXPECT_EQ(requests[0].message(), "hi");
  EXPECT_EQ(requests[0].conversation_id(), "c-7");
  EXPECT_EQ(requests[0].request_id(), "key");
}

TEST_F(ProgramTest, ACutIsNotSeenInTheText) {
  service_.AddCall({.cut_after = 2});
  const ProgramResult run = Run({"run", "TravelPlanner", "hello"});
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_EQ(run.output, "Good day.\n");
  EXPECT_THAT(run.error, HasSubstr("[reconnecting"));
}

TEST_F(ProgramTest, ARestartIsToldAndWhatStandsIsSaidAgain) {
  ScriptedLog log;
  log.Attempt().Text("kept ").Text("lost").Attempt(log.CursorAt(1));
  log.Text("new").Complete("kept new");
  service_.SetLog(log);
  const ProgramResult run = Run({"run", "TravelPlanner", "hello"});
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_EQ(run.output, "kept lost\nkept new\n");
  EXPECT_THAT(run.error, HasSubstr("[restarted]\n"));
}

TEST_F(ProgramTest, BytesReachAPipeAsTheyAre) {
  const std::string text = "a\r\n\033[31m\xe2\x80\xa8🙂\x7f";
  ScriptedLog log;
  log.Attempt().Text(text).Complete(text);
  service_.SetLog(log);
  EXPECT_EQ(Run({"run", "TravelPlanner", "hello"}).output, text + "\n");
}

TEST_F(ProgramTest, AFailedRunExits1) {
  ScriptedLog log;
  log.Attempt().Text("so far").Fail("MODEL_REFUSED", "it said no");
  service_.SetLog(log);
  const ProgramResult run = Run({"run", "TravelPlanner", "hello"});
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.output, "so far\n");
  EXPECT_THAT(run.error, HasSubstr("MODEL_REFUSED: it said no"));
}

TEST_F(ProgramTest, ACancelledRunExits1) {
  ScriptedLog log;
  log.Attempt().Cancel();
  service_.SetLog(log);
  EXPECT_EQ(Run({"stream", "conversation-1"}).status, 1);
  EXPECT_EQ(Run({"stream", "conversation-1", "--json"}).status, 1);
}

TEST_F(ProgramTest, StreamResumesAtACursor) {
  const ProgramResult run =
      Run({"stream", "conversation-1", "--cursor=" + log_.CursorAt(1)});
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_EQ(run.output, "day.\n");
  EXPECT_EQ(service_.stream_requests()[0].cursor(), log_.CursorAt(1));
}

TEST_F(ProgramTest, StreamPassesRunAndFollowOn) {
  service_.AddCall(
      {.cut_after = 6,
       .status = RichStatus(grpc::StatusCode::NOT_FOUND, "RUN_NOT_FOUND")});
  EXPECT_EQ(Run({"stream", "conversation-1", "--run=run-1", "--follow"}).status,
            1);
  const auto requests = service_.stream_requests();
  EXPECT_EQ(requests[0].run_id(), "run-1");
  EXPECT_TRUE(requests[0].follow());
}

TEST_F(ProgramTest, AnExpiredCursorExits4) {
  for (const char* reason : {"STREAM_EXPIRED", "CURSOR_TRIMMED"}) {
    service_.AddCall(
        {.cut_after = 0,
         .status = RichStatus(grpc::StatusCode::OUT_OF_RANGE, reason)});
    const ProgramResult run =
        Run({"stream", "conversation-1", "--cursor=1-1001"});
    EXPECT_EQ(run.status, 4);
    EXPECT_THAT(run.error, HasSubstr(reason));
  }
}

TEST_F(ProgramTest, AServiceThatIsNotThereExits3) {
  service_.Stop();
  for (const char* command : {"agents", "chat"}) {
    const ProgramResult run = Run({command});
    EXPECT_EQ(run.status, 3) << command;
    EXPECT_THAT(run.error, HasSubstr(service_.address()));
  }
  EXPECT_EQ(Run({"stream", "conversation-1"}).status, 3);
}

TEST_F(ProgramTest, ErrorsAreJsonForPrograms) {
  const ProgramResult run = Run({"show", "nowhere", "--json"});
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.output, "");
  const std::vector<Json> lines = Lines(run.error);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["error"]["code"], "NOT_FOUND");
  EXPECT_EQ(lines[0]["error"]["reason"], "CONVERSATION_NOT_FOUND");
}

TEST_F(ProgramTest, WrongUsageExits2AndSaysWhy) {
  const struct {
    std::vector<std::string> arguments;
    const char* says;
  } cases[] = {
      {{}, "no command"},
      {{"dance"}, "no command dance"},
      {{"run"}, "run needs AGENT MESSAGE"},
      {{"run", "x"}, "run needs AGENT MESSAGE"},
      {{"run", "x", "y", "z"}, "does not take \"z\""},
      {{"stream"}, "stream needs CONVERSATION_ID"},
      {{"stream", "c", "--cursor=nonsense"}, "--cursor"},
      {{"stream", "c", "--cursor"}, "--cursor: 1 required"},
      {{"agents", "--cursor=1-1"}, "does not go with agents"},
      {{"agents", "--no_such_flag"}, "not expected: --no_such_flag"},
      {{"agents", "-x"}, "not expected: -x"},
      {{"agents", "--color=blue"}, "auto|always|never"},
      {{"agents", "--json=perhaps"}, "perhaps"},
      {{"runs", "c", "--limit=0"}, "--limit"},
      {{"chat", "--json"}, "chat is for people"},
  };
  for (const auto& each : cases) {
    const ProgramResult run = Run(each.arguments);
    EXPECT_EQ(run.status, 2) << each.says;
    EXPECT_EQ(run.output, "");
    EXPECT_THAT(run.error, HasSubstr(each.says));
  }
}

TEST_F(ProgramTest, HelpGoesToStandardOutputAndExits0) {
  const ProgramResult all = RunToEnd({"--help"});
  EXPECT_EQ(all.status, 0);
  EXPECT_THAT(all.output, HasSubstr("chat [AGENT]"));
  const ProgramResult one = RunToEnd({"stream", "--help"});
  EXPECT_EQ(one.status, 0);
  EXPECT_THAT(one.output, HasSubstr("--cursor=CURSOR"));
  EXPECT_THAT(RunToEnd({"--version"}).output, StartsWith("agent-client "));
}

TEST_F(ProgramTest, TheServerMayStandInTheEnvironment) {
  const ProgramResult run =
      RunToEnd({"agents"}, "", {"AGENT_SERVER=" + service_.address()});
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_THAT(run.output, HasSubstr("TravelPlanner"));
}

TEST_F(ProgramTest, ListsAreTablesOrLines) {
  const ProgramResult table = Run({"runs", "conversation-1"});
  EXPECT_EQ(table.status, 0) << table.error;
  EXPECT_THAT(table.output, StartsWith("RUN    STATE      ATTEMPT"));
  EXPECT_THAT(table.output, HasSubstr("run-1  COMPLETED"))
      << "the second page's";
  EXPECT_THAT(table.output, HasSubstr("Plan a trip to Tokyo\n"));
  EXPECT_THAT(Lines(Run({"runs", "conversation-1", "--json"}).output),
              SizeIs(3));
  EXPECT_THAT(
      Lines(Run({"runs", "conversation-1", "--json", "--limit=1"}).output),
      SizeIs(1));
  EXPECT_THAT(Lines(Run({"agents", "--json"}).output), SizeIs(1));
}

TEST_F(ProgramTest, ShowCancelAndDeleteDoWhatTheySay) {
  EXPECT_THAT(Run({"show", "conversation-1"}).output,
              HasSubstr("You: Hello\nTravelPlanner: Good day.\n"));
  EXPECT_EQ(Run({"cancel", "conversation-1", "run-1"}).output,
            "run-1 CANCELLED\n");
  EXPECT_EQ(Run({"delete", "conversation-1", "--force"}).output,
            "deleted conversation-1\n");
  const ProgramResult active = Run({"delete", "conversation-1"});
  EXPECT_EQ(active.status, 1);
  EXPECT_THAT(active.error, HasSubstr("RUN_ACTIVE"));
}

TEST_F(ProgramTest, CtrlCTellsHowToGoOn) {
  service_.AddCall({.cut_after = 2, .hold = true});
  ProgramProcess program(
      ProgramProcess::Mode::kPipes,
      {"--server=" + service_.address(), "run", "TravelPlanner", "hello"});
  ASSERT_TRUE(program.WaitForOutput("Good "));
  program.Signal(SIGINT);
  EXPECT_EQ(program.Wait(), 130);
  EXPECT_THAT(program.error_output(),
              HasSubstr("[interrupted] last cursor: " + log_.CursorAt(1)));
  EXPECT_THAT(program.error_output(),
              HasSubstr("stream conversation-1 --run=run-1 --cursor=" +
                        log_.CursorAt(1)));
}

}  // namespace
}  // namespace agent::client
