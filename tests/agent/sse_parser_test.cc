#include "lib/agent/sse_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "name|data" of each event of `text`, fed in pieces that end at `cuts`.
std::vector<std::string> Parse(std::string_view text,
                               std::vector<size_t> cuts = {}) {
  SseParser parser(/*event_bytes_max=*/1000);
  std::vector<std::string> events;
  cuts.push_back(text.size());
  size_t begin = 0;
  for (const size_t end : cuts) {
    EXPECT_OK(parser.Feed(text.substr(begin, end - begin),
                          [&](const SseEvent& event) {
                            events.push_back(event.name + "|" + event.data);
                            return absl::OkStatus();
                          }));
    begin = end;
  }
  return events;
}

constexpr std::string_view kAwkward =
    "\xEF\xBB\xBF"
    ": a comment\n"
    "data: one\r\n\r\n"
    "event: named\rdata:two\rdata:  lines\r\r"
    "id: 7\nretry: 10\nunknown\n\n"
    "data\ndata:\n\n"
    "data: \xF0\x9F\x98\x80 {\"a\": \"b:c\"}\n\n"
    "data: not finished";

std::vector<std::string> AwkwardEvents() {
  return {"|one", "named|two\n lines", "|\n",
          "|\xF0\x9F\x98\x80 {\"a\": \"b:c\"}"};
}

TEST(SseParserTest, TakesAwkwardInputApart) {
  EXPECT_EQ(Parse(kAwkward), AwkwardEvents());
}

TEST(SseParserTest, DoesNotCareWhereItsInputIsCut) {
  for (size_t i = 0; i <= kAwkward.size(); ++i) {
    for (size_t j = i; j <= kAwkward.size(); ++j) {
      ASSERT_EQ(Parse(kAwkward, {i, j}), AwkwardEvents()) << i << " " << j;
    }
  }
}

TEST(SseParserTest, TakesInputByteByByte) {
  std::vector<size_t> cuts;
  for (size_t i = 1; i < kAwkward.size(); ++i) cuts.push_back(i);
  EXPECT_EQ(Parse(kAwkward, cuts), AwkwardEvents());
}

TEST(SseParserTest, TellsAnEventAsSoonAsItsLastByteIsThere) {
  EXPECT_THAT(Parse("data: one\r\n\r"), ElementsAre("|one"));
  EXPECT_THAT(Parse("data: one\n"), IsEmpty());
}

TEST(SseParserTest, BoundsALineThatDoesNotEnd) {
  SseParser parser(/*event_bytes_max=*/100);
  const auto never = [](const SseEvent&) { return absl::OkStatus(); };
  EXPECT_OK(parser.Feed("data: " + std::string(94, 'x'), never));
  EXPECT_THAT(parser.Feed("x", never),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(SseParserTest, BoundsAnEventOfManyLines) {
  SseParser parser(/*event_bytes_max=*/100);
  absl::Status status;
  for (int i = 0; i < 20 && status.ok(); ++i) {
    status = parser.Feed("data: 12345678\n",
                         [](const SseEvent&) { return absl::OkStatus(); });
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(SseParserTest, BoundsAStreamByEventsNotByItsWhole) {
  SseParser parser(/*event_bytes_max=*/100);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_OK(parser.Feed(":" + std::string(90, 'c') + "\ndata: x\n\n",
                          [](const SseEvent&) { return absl::OkStatus(); }));
  }
}

TEST(SseParserTest, ReturnsTheSinksErrorAtOnce) {
  SseParser parser(/*event_bytes_max=*/100);
  int events = 0;
  EXPECT_THAT(parser.Feed("data: 1\n\ndata: 2\n\n",
                          [&](const SseEvent&) {
                            ++events;
                            return absl::CancelledError("enough");
                          }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(events, 1);
}

}  // namespace
}  // namespace agent
