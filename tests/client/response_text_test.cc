// The text that stands, as attempts take back what was said.
#include "agent/client/response_text.h"

#include <gmock/gmock.h>

#include "agent/client/errors.h"
#include "tests/client/scripted_log.h"
#include "tests/testing/status_matchers.h"

namespace agent::client {
namespace {

using testing::ScriptedLog;

// The status of the last chunk.
absl::Status AddAll(const ScriptedLog& log, ResponseText* text,
                    size_t from = 0) {
  absl::Status status;
  for (size_t i = from; i < log.chunks().size(); ++i) {
    status = text->Add(log.At(i));
  }
  return status;
}

TEST(ResponseTextTest, JoinsThePiecesAndProvesTheirEnd) {
  ScriptedLog log;
  log.Attempt().Text("Grüße, ").ToolCall("f", "{}").ToolResult("x");
  log.Text("🙂\r\n").Complete("Grüße, 🙂\r\n");
  ResponseText text;
  EXPECT_OK(AddAll(log, &text));
  EXPECT_EQ(text.text(), "Grüße, 🙂\r\n");
  EXPECT_TRUE(text.whole());
  EXPECT_TRUE(text.ended());
}

TEST(ResponseTextTest, AnAttemptTakesBackWhatWasSaidAfterItsMark) {
  ScriptedLog log;
  log.Attempt().Text("one ").Text("two ").Text("lost ");
  log.Attempt(log.CursorAt(2)).Text("three").Complete("one two three");
  ResponseText text;
  EXPECT_OK(AddAll(log, &text));
  EXPECT_EQ(text.text(), "one two three");
}

TEST(ResponseTextTest, AnAttemptWithoutMarkTakesBackEverythingOfItsRun) {
  ScriptedLog log;
  log.Attempt().Text("all lost").Attempt().Text("new").Complete("new");
  ResponseText text;
  EXPECT_OK(AddAll(log, &text));
  EXPECT_EQ(text.text(), "new");
}

TEST(ResponseTextTest, MarksAreComparedByNumberNotById) {
  // What stands was written again under another, later id, and the reader
  // kept the old one: by id the new mark would let "lost" stand.
  ScriptedLog log;
  log.Attempt().Text("kept ").Text("lost ");
  const std::string rewritten = "9999999999999-2001";  // n = 2
  log.Attempt(rewritten).Text("new").Complete("kept new");
  ResponseText text;
  EXPECT_OK(AddAll(log, &text));
  EXPECT_EQ(text.text(), "kept new");
}

TEST(ResponseTextTest, AMarkBeforeEverythingSeenLeavesNothing) {
  ScriptedLog log;
  log.Attempt().Text("unseen ").Text("seen ").Attempt(log.CursorAt(1));
  log.Text("after").Complete("unseen after");
  ResponseText text;
  EXPECT_OK(AddAll(log, &text, /*from=*/2));
  EXPECT_EQ(text.text(), "after");
  EXPECT_FALSE(text.whole());
}

TEST(ResponseTextTest, WhatWasNotSeenFromTheStartIsNotJudged) {
  ScriptedLog log;
  log.Attempt().Text("unseen ").Text("seen").Complete("unseen seen");
  ResponseText text;
  EXPECT_OK(AddAll(log, &text, /*from=*/2));
  EXPECT_FALSE(text.whole());
}

TEST(ResponseTextTest, AfterEverythingWasTakenBackTheEndIsProvenAgain) {
  ScriptedLog log;
  log.Attempt().Text("unseen ").Text("seen").Attempt().Text("new");
  log.Complete("not new");
  ResponseText text;
  EXPECT_EQ(StreamErrorOf(AddAll(log, &text, /*from=*/2)),
            StreamError::kIncomplete);
}

TEST(ResponseTextTest, AnotherLengthIsIncomplete) {
  ScriptedLog log;
  log.Attempt().Text("short").Complete("shorter");
  ResponseText text;
  EXPECT_EQ(StreamErrorOf(AddAll(log, &text)), StreamError::kIncomplete);
  EXPECT_EQ(text.text(), "short");
}

TEST(ResponseTextTest, AnotherHashIsIncomplete) {
  ScriptedLog log;
  log.Attempt().Text("abc").Complete("abd");
  ResponseText text;
  EXPECT_EQ(StreamErrorOf(AddAll(log, &text)), StreamError::kIncomplete);
}

TEST(ResponseTextTest, AnotherRunBeginsAnotherText) {
  ScriptedLog log;
  log.Attempt().Text("first").Complete("first");
  log.NextRun("run-2").Attempt().Text("second").Complete("second");
  ResponseText text;
  EXPECT_OK(AddAll(log, &text));
  EXPECT_EQ(text.text(), "second");
  EXPECT_EQ(text.run_id(), "run-2");
}

TEST(ResponseTextTest, OtherProgramsResponsesArePartedByTheirEnds) {
  ScriptedLog log("");
  log.Text("first").Complete("").Text("second");
  ResponseText text;
  EXPECT_OK(AddAll(log, &text));
  EXPECT_EQ(text.text(), "second");
}

TEST(ResponseTextTest, AnEndThatTheStoreForgotIsTakenBack) {
  ScriptedLog log;
  log.Attempt().Text("kept ").Text("a").Complete("kept a").LoseTail(2);
  log.Attempt(log.CursorAt(1)).Text("b").Complete("kept b");
  ResponseText text;
  EXPECT_OK(AddAll(log, &text));
  EXPECT_EQ(text.text(), "kept b");
}

}  // namespace
}  // namespace agent::client
