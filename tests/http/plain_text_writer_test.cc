#include "service/http/plain_text_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/base/error.h"
#include "tests/log/chunk_builders.h"

namespace agent::testing {
namespace {

struct Entry {
  StreamId id;
  ChunkContent content;
};

std::string Written(const std::vector<Entry>& entries,
                    std::optional<StreamId> cursor = std::nullopt) {
  PlainTextWriter writer(cursor);
  std::string out = writer.Opening();
  for (const Entry& entry : entries) {
    writer.Write(*MakeChunk(entry.id, entry.content), &out);
  }
  return out;
}

TEST(PlainTextWriter, TheTextComesAsItIsAndALineBreakAtTheEnd) {
  EXPECT_EQ(Written({{Id(1), AttemptStarted{}},
                     {Id(2), TextPiece{"a\r\n\n"}},
                     {Id(3), ToolCall{"c", "look", "{}"}},
                     {Id(4), ToolResult{"c", "seen", false}},
                     {Id(5), TextPiece{"b"}},
                     {Id(6), RunCompleted{}}}),
            "a\r\n\nb\n");
}

TEST(PlainTextWriter, OtherEndsAreSaidInBrackets) {
  EXPECT_EQ(Written({{Id(1), TextPiece{"a"}}, {Id(2), RunFailed{"R", "why"}}}),
            "a\n[Error: why]\n");
  EXPECT_EQ(Written({{Id(1), RunFailed{"MODEL_REFUSED", ""}}}),
            "\n[Error: MODEL_REFUSED]\n");
  EXPECT_EQ(Written({{Id(1), TextPiece{"a"}}, {Id(2), RunCancelled{}}}),
            "a\n[Cancelled]\n");
}

TEST(PlainTextWriter, WhereTextFallsItSaysSo) {
  EXPECT_EQ(Written({{Id(1), AttemptStarted{}},
                     {Id(2), TextPiece{"falls"}},
                     {Id(3, 2), AttemptStarted{""}},
                     {Id(4, 2), TextPiece{"stands"}}}),
            "falls\n[Restarted]\nstands");
  EXPECT_EQ(Written({{Id(2), TextPiece{"stands "}},
                     {Id(3), TextPiece{"falls"}},
                     {Id(4, 2), AttemptStarted{Id(2).ToString()}},
                     {Id(5, 2), TextPiece{"new"}}}),
            "stands falls\n[Restarted]\nnew");
}

TEST(PlainTextWriter, WhereNoTextFallsNothingIsSaid) {
  EXPECT_EQ(Written({{Id(2), TextPiece{"stands "}},
                     {Id(3, 2), AttemptStarted{Id(2).ToString()}},
                     {Id(4, 2), TextPiece{"on"}}}),
            "stands on");
  EXPECT_EQ(
      Written({{Id(1, 2), AttemptStarted{""}}, {Id(2, 2), TextPiece{"late"}}}),
      "late");
}

TEST(PlainTextWriter, WhatFellBeforeDoesNotFallAgain) {
  EXPECT_EQ(Written({{Id(1), TextPiece{"a"}},
                     {Id(2, 2), AttemptStarted{""}},
                     {Id(3, 3), AttemptStarted{""}},
                     {Id(4, 3), TextPiece{"b"}},
                     {Id(5, 4), AttemptStarted{""}}}),
            "a\n[Restarted]\nb\n[Restarted]\n");
}

TEST(PlainTextWriter, WhatAClientBroughtAlongMayFallToo) {
  EXPECT_EQ(Written({{Id(6, 2), AttemptStarted{Id(3).ToString()}}}, Id(5)),
            "\n[Restarted]\n");
  EXPECT_EQ(Written({{Id(6, 2), AttemptStarted{Id(5).ToString()}}}, Id(5)), "");
  EXPECT_EQ(Written({{Id(1, 2), AttemptStarted{""}}}, StreamId{}), "");
}

TEST(PlainTextWriter, ARunsEndEndsWhatCanFall) {
  EXPECT_EQ(Written({{Id(1), TextPiece{"a"}},
                     {Id(2), RunCompleted{}},
                     {Id(3, 2), AttemptStarted{""}},
                     {Id(4, 2), TextPiece{"b"}}}),
            "a\nb");
}

TEST(PlainTextWriter, AnErrorOfTheStreamIsSaidWithoutTheInside) {
  const PlainTextWriter writer(std::nullopt);
  EXPECT_EQ(writer.Error(StoreUnavailable("away")), "\n[Error: away]\n");
  EXPECT_EQ(writer.Error(absl::InternalError("secret")),
            "\n[Error: internal error]\n");
}

}  // namespace
}  // namespace agent::testing
