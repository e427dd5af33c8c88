#include "lib/agent/trip_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/utf8.h"

namespace agent {
namespace {

struct Case {
  const char* message;
  const char* destination;
  int days;
  const char* date;
};

TEST(TripRequestTest, FindsDestinationDaysAndDate) {
  const Case cases[] = {
      {"Plan a 3-day trip to Tokyo", "Tokyo", 3, ""},
      {"Plan a three day trip to Buenos Aires in May", "Buenos Aires", 3,
       "May"},
      {"I'd like to visit Rio de Janeiro for a week.", "Rio de Janeiro", 7, ""},
      {"trip to paris, 2 nights, next weekend", "Paris", 2, "next weekend"},
      {"trip to kyoto please", "Kyoto", 0, ""},
      {"Two days in 東京 on 2026-04-03!", "東京", 2, "2026-04-03"},
      {"A weekend in New York, tomorrow?", "New York", 2, "tomorrow"},
      {"What should I do in São Paulo next Monday?", "São Paulo", 0,
       "next Monday"},
      {"Plan 40 days in Oslo", "Oslo", 7, ""},
      {"2 weeks in Peru", "Peru", 7, ""},
      {"Make it cheaper", "", 0, ""},
      {"I want to go to the beach in July", "", 0, "July"},
      {"", "", 0, ""},
      {"!!! ??? \n\t ...", "", 0, ""},
      {"999999999999 days", "", 0, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.message);
    const TripRequest trip = ParseTripRequest(c.message);
    EXPECT_EQ(trip.destination, c.destination);
    EXPECT_EQ(trip.days, c.days);
    EXPECT_EQ(trip.date, c.date);
  }
}

TEST(TripRequestTest, FindsWhatTheTravellerCaresFor) {
  EXPECT_EQ(ParseTripRequest("more food, please").focus, TripFocus::kFood);
  EXPECT_EQ(ParseTripRequest("Can it be cheaper?").focus, TripFocus::kBudget);
  EXPECT_EQ(ParseTripRequest("with two kids").focus, TripFocus::kFamily);
  EXPECT_EQ(ParseTripRequest("we like art").focus, TripFocus::kCulture);
  EXPECT_EQ(ParseTripRequest("hiking!").focus, TripFocus::kNature);
  EXPECT_EQ(ParseTripRequest("anything").focus, TripFocus::kNone);
}

TEST(TripRequestTest, BoundsWhatItTakesFromAMessage) {
  std::string euros;
  for (int i = 0; i < 5000; ++i) euros += "\xE2\x82\xAC";
  const TripRequest trip = ParseTripRequest("trip to " + euros);
  EXPECT_LE(trip.destination.size(), 60u);
  EXPECT_GT(trip.destination.size(), 50u);
  EXPECT_TRUE(IsValidUtf8(trip.destination));
}

Message Says(Role role, std::string text) {
  Message message;
  message.role = role;
  message.text = std::move(text);
  return message;
}

TEST(TripRequestTest, RemembersTheEarlierDestination) {
  const TripRequest trip = TripOfConversation(
      {Says(Role::kUser, "5 days in Oslo in May"),
       Says(Role::kAssistant, "A trip to Madrid"),
       Says(Role::kUser, "4 days in Lima"), Says(Role::kAssistant, "…"),
       Says(Role::kUser, "Make it cheaper")});
  EXPECT_EQ(trip.destination, "Lima");
  EXPECT_EQ(trip.days, 4);
  EXPECT_EQ(trip.date, "May");
  EXPECT_EQ(trip.focus, TripFocus::kBudget);
  EXPECT_TRUE(trip.remembered);
}

TEST(TripRequestTest, TakesANewDestinationOverTheEarlierOne) {
  const TripRequest trip =
      TripOfConversation({Says(Role::kUser, "5 days in Oslo"),
                          Says(Role::kUser, "Now a trip to Rome")});
  EXPECT_EQ(trip.destination, "Rome");
  EXPECT_FALSE(trip.remembered);
}

TEST(TripRequestTest, HasDefaultsForWhatNobodySaid) {
  const TripRequest trip = TripOfConversation({Says(Role::kUser, "hello")});
  EXPECT_EQ(trip.destination, "Lisbon");
  EXPECT_EQ(trip.days, 3);
  EXPECT_FALSE(trip.remembered);
}

}  // namespace
}  // namespace agent
