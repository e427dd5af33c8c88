#include "lib/base/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace agent::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

class LoggingTest : public ::testing::Test {
 protected:
  ~LoggingTest() override {
    ConfigureLogging(LogFormat::kText, LogLevel::kInfo);
  }

  static std::string Logged(LogFormat format, std::string_view event,
                            LogFields fields) {
    ConfigureLogging(format, LogLevel::kInfo);
    CaptureStderr();
    LogInfo(event, fields);
    return GetCapturedStderr();
  }
};

TEST_F(LoggingTest, AnEventAndItsFieldsAreOneLine) {
  EXPECT_THAT(
      Logged(LogFormat::kText, "run began", {{"run_id", "r1"}, {"attempt", 2}}),
      EndsWith("info run began run_id=r1 attempt=2\n"));
}

TEST_F(LoggingTest, ValuesThatAreNotPlainAreQuoted) {
  EXPECT_THAT(Logged(LogFormat::kText, "e",
                     {{"a", "two words"}, {"b", ""}, {"c", "x=y"}}),
              EndsWith("e a=\"two words\" b=\"\" c=\"x=y\"\n"));
}

TEST_F(LoggingTest, AValueCannotForgeALine) {
  const std::string line =
      Logged(LogFormat::kText, "e", {{"a", "x\nerror forged\r\t\"\\\x01"}});
  EXPECT_THAT(line, EndsWith("a=\"x\\nerror forged\\r\\t\\\"\\\\\\u0001\"\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST_F(LoggingTest, JsonLinesCanBeReadBack) {
  std::string value = "quote \" backslash \\ euro \xE2\x82\xAC";
  for (char c = 1; c < 0x20; ++c) value += c;
  const std::string line = Logged(LogFormat::kJson, "it \"happened\"",
                                  {{"value", value}, {"count", -7}});
  const auto json = nlohmann::json::parse(line, nullptr, false);
  ASSERT_TRUE(json.is_object()) << line;
  EXPECT_EQ(json["event"], "it \"happened\"");
  EXPECT_EQ(json["level"], "info");
  EXPECT_EQ(json["value"], value);
  EXPECT_EQ(json["count"], -7);
}

TEST_F(LoggingTest, BrokenUtf8IsReplaced) {
  const std::string line = Logged(LogFormat::kJson, "e", {{"a", "x\xFFy"}});
  EXPECT_THAT(line, HasSubstr("\"a\":\"x\xEF\xBF\xBDy\""));
}

TEST_F(LoggingTest, AStatusIsWrittenOut) {
  EXPECT_THAT(
      Logged(LogFormat::kText, "e", {{"status", absl::NotFoundError("gone")}}),
      HasSubstr("status=\"NOT_FOUND: gone\""));
}

TEST_F(LoggingTest, WhatIsBelowTheLevelIsNotWritten) {
  ConfigureLogging(LogFormat::kText, LogLevel::kWarning);
  CaptureStderr();
  LogDebug("debug");
  LogInfo("info");
  LogWarning("a warning");
  LogError("an error");
  const std::string written = GetCapturedStderr();
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 2);
  ConfigureLogging(LogFormat::kText, LogLevel::kOff);
  CaptureStderr();
  LogError("nothing");
  EXPECT_EQ(GetCapturedStderr(), "");
}

}  // namespace
}  // namespace agent::testing
