#include "service/http/media_types.h"

#include <gtest/gtest.h>

#include <string>

namespace agent::testing {
namespace {

TEST(MediaTypes, JsonIsJsonHoweverItIsWritten) {
  EXPECT_TRUE(IsJson("application/json"));
  EXPECT_TRUE(IsJson("Application/JSON; charset=utf-8"));
  EXPECT_TRUE(IsJson("application/vnd.agent+json"));
  EXPECT_FALSE(IsJson("text/plain"));
  EXPECT_FALSE(IsJson("application/x-www-form-urlencoded"));
  EXPECT_FALSE(IsJson(""));
  EXPECT_FALSE(IsJson("application/jsonx"));
}

TEST(MediaTypes, AStreamIsEventsUnlessTextIsAccepted) {
  EXPECT_EQ(ChooseStreamForm(""), StreamForm::kEvents);
  EXPECT_EQ(ChooseStreamForm("*/*"), StreamForm::kEvents);
  EXPECT_EQ(ChooseStreamForm("text/event-stream"), StreamForm::kEvents);
  EXPECT_EQ(ChooseStreamForm("text/html"), StreamForm::kEvents);
  EXPECT_EQ(ChooseStreamForm("text/plain"), StreamForm::kPlainText);
  EXPECT_EQ(ChooseStreamForm("TEXT/PLAIN;q=0.5, */*"), StreamForm::kPlainText);
  EXPECT_EQ(ChooseStreamForm("text/event-stream, text/plain"),
            StreamForm::kPlainText);
  EXPECT_EQ(ChooseStreamForm("text/event-stream, text/plain;q=0.1"),
            StreamForm::kEvents);
  EXPECT_EQ(ChooseStreamForm("text/plain;q=0"), StreamForm::kEvents);
}

TEST(MediaTypes, ARunIsAnsweredAsItIsLikedBest) {
  EXPECT_EQ(ChooseRunForm(""), RunForm::kJson);
  EXPECT_EQ(ChooseRunForm("*/*"), RunForm::kJson);
  EXPECT_EQ(ChooseRunForm("image/png"), RunForm::kJson);
  EXPECT_EQ(ChooseRunForm("text/plain"), RunForm::kPlainText);
  EXPECT_EQ(ChooseRunForm("text/event-stream"), RunForm::kEvents);
  EXPECT_EQ(ChooseRunForm("text/event-stream, */*"), RunForm::kEvents);
  // What a widespread client library says when it means JSON.
  EXPECT_EQ(ChooseRunForm("application/json, text/plain, */*"), RunForm::kJson);
  EXPECT_EQ(ChooseRunForm("application/json;q=0.5, text/plain;q=0.8"),
            RunForm::kPlainText);
  EXPECT_EQ(ChooseRunForm("text/event-stream;q=0"), RunForm::kJson);
}

TEST(MediaTypes, WhatIsAcceptedIsSaidByName) {
  EXPECT_TRUE(Accepts("text/event-stream", "text/event-stream"));
  EXPECT_TRUE(Accepts("a/b , Text/Event-Stream;q=0.1", "text/event-stream"));
  EXPECT_FALSE(Accepts("*/*", "text/event-stream"));
  EXPECT_FALSE(Accepts("text/event-stream;q=0", "text/event-stream"));
}

TEST(MediaTypes, NonsenseIsNothing) {
  EXPECT_EQ(ChooseRunForm(",;,q=1;;,"), RunForm::kJson);
  EXPECT_EQ(ChooseStreamForm(std::string(10000, ',')), StreamForm::kEvents);
  EXPECT_EQ(ChooseStreamForm("text/plain;q=nan"), StreamForm::kEvents);
}

}  // namespace
}  // namespace agent::testing
