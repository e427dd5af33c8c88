// The program's parts that need no process: the command line, text for
// terminals, tables, lines of input.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/program/command_line.h"
#include "client/program/exit_status.h"
#include "client/program/input_watch.h"
#include "client/program/line_reader.h"
#include "client/program/table.h"
#include "client/program/terminal.h"
#include "tests/testing/status_matchers.h"

namespace agent::client {
namespace {

using agent::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<CommandLine> Parse(const std::vector<std::string>& arguments,
                                  const std::string& server = "") {
  return ParseCommandLine(arguments, [&](const char* name) {
    return std::string(name) == "AGENT_SERVER" ? server : "";
  });
}

TEST(CommandLineTest, FlagsMayStandAnywhere) {
  const auto line = Parse({"--server=a:1", "stream", "--cursor", "1-1001", "c",
                           "--follow", "--run=r"});
  ASSERT_OK(line);
  EXPECT_EQ(line->command, "stream");
  EXPECT_THAT(line->arguments, ElementsAre("c"));
  EXPECT_EQ(line->server, "a:1");
  EXPECT_EQ(line->cursor, "1-1001");
  EXPECT_EQ(line->run, "r");
  EXPECT_TRUE(line->follow);
}

TEST(CommandLineTest, TheFlagWinsOverTheEnvironment) {
  EXPECT_EQ(Parse({"agents"})->server, "localhost:50051");
  EXPECT_EQ(Parse({"agents"}, "b:2")->server, "b:2");
  EXPECT_EQ(Parse({"agents", "--server=a:1"}, "b:2")->server, "a:1");
}

TEST(CommandLineTest, TwoDashesEndTheFlags) {
  const auto line = Parse({"run", "--", "A", "--not-a-flag", "-"});
  ASSERT_OK(line);
  EXPECT_THAT(line->arguments, ElementsAre("A", "--not-a-flag", "-"));
}

TEST(CommandLineTest, AMessageIsTakenAsItIs) {
  for (const char* message :
       {"[a,b]", "[]", "[\"x\"]", "{a}", "a,b", "-5 degrees", "%%", "'q'"}) {
    const auto line = Parse({"run", "A", message});
    ASSERT_OK(line);
    EXPECT_THAT(line->arguments, ElementsAre("A", message));
  }
}

TEST(CommandLineTest, AnEmptyValueIsRefusedAndTakesNoOtherWord) {
  for (const char* flag : {"--cursor=", "--run=", "--server="}) {
    const auto line = Parse({"stream", flag, "c"});
    EXPECT_THAT(line, StatusIs(absl::StatusCode::kInvalidArgument)) << flag;
    EXPECT_THAT(std::string(line.status().message()),
                HasSubstr("\"\" is not allowed"));
  }
  const auto line = Parse({"run", "A", "--", "--cursor="});
  ASSERT_OK(line);
  EXPECT_THAT(line->arguments, ElementsAre("A", "--cursor="));
}

TEST(CommandLineTest, ASwitchCanBeTurnedOff) {
  EXPECT_TRUE(Parse({"agents", "--json"})->json);
  EXPECT_FALSE(Parse({"agents", "--json", "--json=false"})->json);
}

TEST(CommandLineTest, WhatCannotBeUsedIsRefused) {
  for (const char* flag :
       {"--limit=0", "--limit=x", "--limit=", "--limit=100001"}) {
    EXPECT_THAT(Parse({"runs", "c", flag}),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << flag;
  }
  EXPECT_THAT(Parse({"chat", "--max_outage=soon"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(Parse({"chat", "--max_outage=90s"})->max_outage, absl::Seconds(90));
}

TEST(ExitStatusTest, IsTheContracts) {
  EXPECT_EQ(ExitStatusOf(absl::OkStatus()), ExitStatus::kOk);
  EXPECT_EQ(ExitStatusOf(absl::NotFoundError("")), ExitStatus::kFailed);
  EXPECT_EQ(ExitStatusOf(absl::DataLossError("")), ExitStatus::kFailed);
  EXPECT_EQ(ExitStatusOf(absl::InvalidArgumentError("")), ExitStatus::kUsage);
  EXPECT_EQ(ExitStatusOf(absl::UnavailableError("")), ExitStatus::kUnreachable);
  EXPECT_EQ(ExitStatusOf(absl::OutOfRangeError("")), ExitStatus::kExpired);
}

TEST(TerminalTest, ControlCharactersAreLeftOut) {
  EXPECT_EQ(WithoutControls("a\tb\nc"), "a\tb\nc");
  EXPECT_EQ(WithoutControls("\033[2Ja\rb\bc\x7f"), "[2Jabc");
  EXPECT_EQ(WithoutControls("x\xc2\x9by\xc2\xa0z"), "xy\xc2\xa0z");
  EXPECT_EQ(WithoutControls("Grüße 🙂 end\xc2"), "Grüße 🙂 end\xc2");
}

TEST(TableTest, ColumnsAreAlignedByCharacters) {
  Table table({"A", "B"});
  table.Add({"ü", "1"});
  table.Add({"long", "two\nlines"});
  EXPECT_EQ(table.Head(), "A     B\n");
  EXPECT_EQ(table.Body(), "ü     1\nlong  two lines\n");
}

TEST(TableTest, ShortenCutsBetweenCharacters) {
  EXPECT_EQ(Shorten("Grüße", 5), "Grüße");
  EXPECT_EQ(Shorten("Grüße!", 5), "Grüß…");
  EXPECT_EQ(Shorten("🙂🙂🙂", 2), "🙂…");
}

class LineReaderTest : public ::testing::Test {
 protected:
  LineReaderTest() {
    if (pipe(in_) != 0 || pipe(interrupt_) != 0) std::abort();
  }
  void TearDown() override {
    for (int fd : {in_[0], interrupt_[0], interrupt_[1]}) close(fd);
    CloseInput();
  }

  void Type(const std::string& text) {
    ASSERT_EQ(write(in_[1], text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }
  void CloseInput() {
    if (in_[1] >= 0) close(in_[1]);
    in_[1] = -1;
  }

  int in_[2];
  int interrupt_[2];
};

TEST_F(LineReaderTest, GivesLinesAndThenTheEnd) {
  LineReader reader(in_[0], interrupt_[0]);
  Type("one\ntwo\r\n\nlast");
  CloseInput();
  for (const char* line : {"one", "two", "", "last"}) {
    const Input input = reader.Read();
    EXPECT_EQ(input.kind, Input::Kind::kLine);
    EXPECT_EQ(input.line, line);
  }
  EXPECT_EQ(reader.Read().kind, Input::Kind::kEnd);
  EXPECT_EQ(reader.Read().kind, Input::Kind::kEnd);
}

TEST_F(LineReaderTest, CtrlCEndsTheWait) {
  LineReader reader(in_[0], interrupt_[0]);
  ASSERT_EQ(write(interrupt_[1], "x", 1), 1);
  EXPECT_EQ(reader.Read().kind, Input::Kind::kInterrupt);
}

TEST_F(LineReaderTest, WhatIsTooLongIsCut) {
  LineReader reader(in_[0], interrupt_[0]);
  std::thread typist([this] {
    const std::string block(1 << 20, 'x');
    for (int i = 0; i < 4; ++i) Type(block);
    Type("\nnext\n");
  });
  const Input input = reader.Read();
  EXPECT_LE(input.line.size(), LineReader::kLineBytesMax);
  EXPECT_GT(input.line.size(), LineReader::kLineBytesMax / 2);
  EXPECT_EQ(reader.Read().line, "next");
  typist.join();
}

TEST_F(LineReaderTest, AWatchTellsOfTheFirstInput) {
  LineReader reader(in_[0], interrupt_[0]);
  bool told = false;
  InputWatch watch(&reader, [&] { told = true; });
  Type("now\n");
  // The watch may be stopped before it looks; the line is then still there.
  const std::optional<Input> input = watch.Stop();
  EXPECT_EQ(told, input.has_value());
  EXPECT_EQ(input.has_value() ? input->line : reader.Read().line, "now");
}

TEST_F(LineReaderTest, AWatchThatIsStoppedLosesNothing) {
  LineReader reader(in_[0], interrupt_[0]);
  {
    InputWatch watch(&reader, [] { FAIL(); });
    EXPECT_FALSE(watch.Stop().has_value());
  }
  Type("later\n");
  EXPECT_EQ(reader.Read().line, "later");
}

}  // namespace
}  // namespace agent::client
