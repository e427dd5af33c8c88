#include "service/http/incoming_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

IncomingRequest Parsed(const std::string& target) {
  IncomingRequest request;
  request.method = "GET";
  EXPECT_OK(ParseTarget(target, &request)) << target;
  return request;
}

TEST(IncomingRequest, APathIsItsPartsDecoded) {
  EXPECT_THAT(Parsed("/").segments, ElementsAre(""));
  EXPECT_THAT(Parsed("/api/a%40b%2Fc").segments, ElementsAre("api", "a@b/c"));
  EXPECT_THAT(Parsed("/a/").segments, ElementsAre("a", ""));
  EXPECT_THAT(Parsed("/a+b").segments, ElementsAre("a+b"));
}

TEST(IncomingRequest, AQueryIsItsParametersDecoded) {
  const auto request = Parsed("/a?x=1&y=a%26b+c&x=2&empty=&bare&&%41=z");
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.Query("x"), "1");
  EXPECT_EQ(request.Query("y"), "a&b c");
  EXPECT_EQ(request.Query("empty"), "");
  EXPECT_EQ(request.Query("bare"), "");
  EXPECT_EQ(request.Query("A"), "z");
  EXPECT_EQ(request.Query("none"), std::nullopt);
}

TEST(IncomingRequest, ATargetMayNameTheHost) {
  const auto request = Parsed("http://Host:1/a?b=c");
  EXPECT_EQ(request.authority, "Host:1");
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.Query("b"), "c");
  EXPECT_EQ(Parsed("http://host").path, "/");
}

TEST(IncomingRequest, WhatIsNoPathIsRefused) {
  for (const std::string target :
       {"", "a", "https://x/", "/%", "/%4", "/%4g", "/a?%", "*"}) {
    IncomingRequest request;
    request.method = "GET";
    EXPECT_THAT(ParseTarget(target, &request), HasReason("FIELD_INVALID"))
        << target;
  }
}

TEST(IncomingRequest, YesIsSaidInSeveralWays) {
  for (const char* yes : {"true", "TRUE", "1", "yes", "y", "on", " on "}) {
    EXPECT_TRUE(MeansYes(yes)) << yes;
  }
  for (const char* no : {"", "false", "0", "no", "2", "yess", "tru"}) {
    EXPECT_FALSE(MeansYes(no)) << no;
  }
}

TEST(HttpHeaders, NamesAreTheSameInEitherCase) {
  HttpHeaders headers{{"Accept", "a"}, {"accept", "b"}, {"X", "y"}};
  EXPECT_EQ(headers.Find("ACCEPT"), "a");
  EXPECT_EQ(headers.Joined("Accept"), "a, b");
  EXPECT_EQ(headers.Count("accept"), 2);
  headers.Set("ACCEPT", "c");
  EXPECT_EQ(headers.Joined("accept"), "c");
  EXPECT_FALSE(headers.Has("Y"));
}

}  // namespace
}  // namespace agent::testing
