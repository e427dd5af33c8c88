#include "service/http/sse_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "lib/base/error.h"
#include "tests/http/event_source.h"
#include "tests/log/chunk_builders.h"

namespace agent::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Written(const ChunkContent& content, SseData data = SseData::kText,
                    StreamId id = {12, 3001}) {
  SseWriter writer(data);
  std::string out;
  writer.Write(*MakeChunk(id, content), &out);
  return out;
}

// What arrives of a text that cannot carry CR.
std::string WithoutCr(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\r", "\n"}});
}

TEST(SseWriter, ATextIsAMessageWithItsPosition) {
  EXPECT_EQ(Written(TextPiece{"Here's Tokyo"}),
            "id: 12-3001\nevent: message\ndata: Here's Tokyo\n\n");
}

TEST(SseWriter, EachLineOfATextIsALineOfData) {
  EXPECT_EQ(Written(TextPiece{"a\nb\n"}),
            "id: 12-3001\nevent: message\ndata: a\ndata: b\ndata: \n\n");
}

const std::vector<std::string>& AwkwardTexts() {
  static const auto* const kTexts =
      new std::vector<std::string>{"",
                                   " ",
                                   "\n",
                                   "\r",
                                   "\r\n",
                                   "\n\r",
                                   "\r\r\n\n",
                                   ":",
                                   ": x",
                                   "data: x",
                                   "\n\nevent: done\ndata: [DONE]",
                                   "\n\nevent: done\ndata: [DONE]\n\n",
                                   "\rid: 9-9",
                                   "\r\nid: 9-9\r\n\r\n",
                                   "[DONE]",
                                   "retry: 1",
                                   " leading",
                                   "trailing ",
                                   "\ttab",
                                   "\xE2\x80\xA8line\xE2\x80\xA9sep",
                                   "\xC2\x85nel",
                                   "\xEF\xBB\xBF bom",
                                   std::string("nul\0nul", 7),
                                   "\xF0\x9F\x8E\x89\xE2\x9C\x88\xEF\xB8\x8F",
                                   "{\"a\":1}",
                                   "\x0B\x0C\x1B[2J"};
  return *kTexts;
}

TEST(SseWriter, NoTextEndsAFrameOrForgesAField) {
  for (const std::string& text : AwkwardTexts()) {
    const auto events = ReadEvents(Written(TextPiece{text}));
    ASSERT_EQ(events.size(), 1u) << text;
    EXPECT_EQ(events[0].type, "message");
    EXPECT_EQ(events[0].last_id, "12-3001");
    EXPECT_EQ(events[0].data, WithoutCr(text));
  }
}

TEST(SseWriter, AsJsonEveryTextArrivesByteForByte) {
  for (const std::string& text : AwkwardTexts()) {
    const auto events = ReadEvents(Written(TextPiece{text}, SseData::kJson));
    ASSERT_EQ(events.size(), 1u) << text;
    const auto json = nlohmann::json::parse(events[0].data, nullptr, false);
    ASSERT_TRUE(json.is_string()) << events[0].data;
    EXPECT_EQ(json.get<std::string>(), text);
  }
}

TEST(SseWriter, AnyMixtureOfPiecesArrivesWhole) {
  std::mt19937 random(20261120);
  const std::vector<std::string>& parts = AwkwardTexts();
  for (int round = 0; round < 500; ++round) {
    SseWriter text(SseData::kText);
    SseWriter json(SseData::kJson);
    std::string said;
    std::string as_text = text.Opening();
    std::string as_json = json.Opening();
    std::vector<std::string> pieces;
    for (int n = 1; n <= 4; ++n) {
      std::string piece;
      for (int i = 0; i < 3; ++i) piece += parts[random() % parts.size()];
      text.Write(*MakeChunk(Id(n), TextPiece{piece}), &as_text);
      json.Write(*MakeChunk(Id(n), TextPiece{piece}), &as_json);
      as_text += text.KeepAlive();
      pieces.push_back(piece);
      said += piece;
    }
    std::string whole;
    for (const auto& event : ReadEvents(as_json)) {
      whole += nlohmann::json::parse(event.data).get<std::string>();
    }
    EXPECT_EQ(whole, said);
    const auto events = ReadEvents(as_text);
    ASSERT_EQ(events.size(), pieces.size());
    for (size_t i = 0; i < pieces.size(); ++i) {
      EXPECT_EQ(events[i].data, WithoutCr(pieces[i]));
      EXPECT_EQ(events[i].last_id, Id(static_cast<int>(i) + 1).ToString());
    }
  }
}

TEST(SseWriter, TheEndsAreEventsOfTheirOwn) {
  EXPECT_EQ(Written(RunCompleted{}),
            "id: 12-3001\nevent: done\ndata: [DONE]\n\n");
  EXPECT_EQ(Written(RunFailed{"MODEL_REFUSED", "it\nwould not"}),
            "id: 12-3001\nevent: error\ndata: it\ndata: would not\n\n");
  EXPECT_EQ(Written(RunFailed{"MODEL_REFUSED", ""}),
            "id: 12-3001\nevent: error\ndata: MODEL_REFUSED\n\n");
  const auto cancelled = ReadEvents(Written(RunCancelled{}));
  ASSERT_EQ(cancelled.size(), 1u);
  EXPECT_EQ(cancelled[0].type, "cancelled");
}

TEST(SseWriter, ToolsAreToldAsJson) {
  const auto call = ReadEvents(
      Written(ToolCall{"c1", "get_weather", "{\"city\":\"\xE2\x80\xA8\\n\"}"}));
  ASSERT_EQ(call.size(), 1u);
  EXPECT_EQ(call[0].type, "tool_call");
  const auto json = nlohmann::json::parse(call[0].data, nullptr, false);
  EXPECT_EQ(json["call_id"], "c1");
  EXPECT_EQ(json["name"], "get_weather");
  EXPECT_EQ(json["arguments"], "{\"city\":\"\xE2\x80\xA8\\n\"}");
  const auto result =
      ReadEvents(Written(ToolResult{"c1", "rain\r\n\r\nevent: done", true}));
  ASSERT_EQ(result.size(), 1u);
  EXPECT_EQ(result[0].type, "tool_result");
  EXPECT_EQ(nlohmann::json::parse(result[0].data)["result"],
            "rain\r\n\r\nevent: done");
  EXPECT_EQ(nlohmann::json::parse(result[0].data)["is_error"], true);
}

TEST(SseWriter, AFirstAttemptIsNotSeenAndALaterOneIs) {
  EXPECT_EQ(Written(AttemptStarted{}), "");
  const auto events = ReadEvents(
      Written(AttemptStarted{"12-2001"}, SseData::kText, {12, 3002}));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, "restarted");
  const auto json = nlohmann::json::parse(events[0].data);
  EXPECT_EQ(json["attempt"], 2);
  EXPECT_EQ(json["discard_after"], "12-2001");
}

TEST(SseWriter, AnErrorOfTheStreamHasNoPosition) {
  const absl::Status away = StoreUnavailable("away\nfor now");
  EXPECT_EQ(SseWriter(SseData::kText).Error(away),
            "event: error\ndata: away\ndata: for now\n\n");
  const auto events = ReadEvents(SseWriter(SseData::kJson).Error(away));
  ASSERT_EQ(events.size(), 1u);
  const auto json = nlohmann::json::parse(events[0].data);
  EXPECT_EQ(json["error"]["code"], "UNAVAILABLE");
  EXPECT_EQ(json["error"]["reason"], "STORE_UNAVAILABLE");
}

TEST(SseWriter, WhatIsInternalStaysInside) {
  const absl::Status inside =
      absl::UnavailableError("WRONGTYPE at redis.internal:6379");
  EXPECT_THAT(SseWriter(SseData::kText).Error(inside), Not(HasSubstr("redis")));
  EXPECT_THAT(SseWriter(SseData::kJson).Error(inside), Not(HasSubstr("redis")));
}

TEST(SseWriter, TryLaterIsAStreamWithoutEvents) {
  const std::string text = SseWriter::TryLater(StoreUnavailable("a\n\nb"));
  EXPECT_THAT(text, StartsWith("retry: 2000\n"));
  EXPECT_THAT(text, EndsWith("\n\n"));
  EXPECT_TRUE(ReadEvents(text).empty());
}

}  // namespace
}  // namespace agent::testing
