#include "lib/agent/offline_plan.h"

#include <array>

#include "lib/agent/sample_places.h"

namespace agent {
namespace {

// Up to this many days are told at length; more are told in short, so that the
// whole stays readable.
constexpr int kLongDaysMax = 3;

constexpr std::array<const char*, 7> kThemes = {"Arrive and get your bearings",
                                                "The great sights",
                                                "Like somebody who lives here",
                                                "Markets and museums",
                                                "Green and quiet",
                                                "A day without a plan",
                                                "Favourites and farewells"};

constexpr std::array<const char*, 4> kEvenings = {
    "a slow walk through the lit streets, and an early night",
    "a drink with a view, then music that finds you",
    "dinner late, as people here do, and a stroll home",
    "one of the events above, if you still have the legs"};

std::string Days(int days) {
  return days == 1 ? "1 day" : std::to_string(days) + " days";
}

std::string FocusText(TripFocus focus, const SamplePlace& place) {
  switch (focus) {
    case TripFocus::kNone:
      return "";
    case TripFocus::kFood:
      return "## 🍽️ With food in mind\nBook one good dinner and leave the "
             "other meals to chance: look for " +
             place.dishes[0] + ", for " + place.dishes[1] +
             ", and follow the queue where people speak the local language. "
             "Say early what you do not eat.\n\n";
    case TripFocus::kBudget:
      return "## 💶 Easy on the budget\nEat the day's menu at noon and "
             "picnic in the evening, take a day pass for buses and trains, "
             "and see the museums on their free evening. Walking costs "
             "nothing and shows the most.\n\n";
    case TripFocus::kFamily:
      return "## 🧸 With children along\nOne sight in the morning, one "
             "playground after lunch, and nothing that must be queued for. "
             "Keep the hotel close to a park, and the sweet things for the "
             "way back.\n\n";
    case TripFocus::kCulture:
      return "## 🖼️ For art and history\nGo to the big museum at opening "
             "time or in its last two hours, choose three rooms, and let the "
             "rest go. A small collection in the afternoon is worth two "
             "large ones.\n\n";
    case TripFocus::kNature:
      return "## 🌿 Out in the green\nStart early, take water, and give the "
             "parks the best hours of the light. A half day out of town by "
             "train or ferry fits in well, and the city is there again by "
             "dinner.\n\n";
  }
  return "";
}

std::string Intro(const TripRequest& trip, const SamplePlace& place) {
  std::string text =
      "# " + place.emoji + " " + Days(trip.days) + " in " + place.name + "\n\n";
  if (trip.remembered) {
    text += "Back to your trip to " + place.name +
            " from earlier in this conversation: here is the plan again, with "
            "your last wish worked in. ";
  } else {
    text +=
        "Here is a plan that leaves room to breathe: two things a day "
        "that are worth the way, good meals between them, and free hours "
        "on purpose. ";
  }
  return text +
         (trip.date.empty() ? std::string("Dates are up to you")
                            : "It is made for " + trip.date) +
         "; most of it works in any season.\n\n";
}

std::string Looked(const PlanFacts& facts) {
  std::string text = "## 🌤️ Weather\n";
  text += facts.weather.empty()
              ? "No forecast was looked up, so pack layers and something "
                "against the rain."
              : facts.weather;
  text += "\n\n## 🎟️ What is on\n";
  text += facts.events.empty()
              ? "No events were looked up; ask at the reception or look at "
                "the posters on the way."
              : facts.events;
  return text + "\n\n";
}

std::string LongDay(int day, const SamplePlace& place) {
  const auto i = static_cast<size_t>(day);
  const std::string& first = place.sights[2 * i % place.sights.size()];
  const std::string& second = place.sights[(2 * i + 1) % place.sights.size()];
  return "- 🌅 **Morning:** begin with " + first +
         ", before the crowd comes.\n"
         "- 🍴 **Lunch:** " +
         place.dishes[i % place.dishes.size()] +
         ".\n"
         "- 🚶 **Afternoon:** on foot or by tram to " +
         second +
         ", with a coffee halfway.\n"
         "- 🌙 **Evening:** " +
         kEvenings[(i + place.name.size()) % kEvenings.size()] + ".\n\n";
}

std::string ShortDay(int day, const SamplePlace& place) {
  const auto i = static_cast<size_t>(day);
  std::string text = "- 🌅 Morning: " + place.sights[i % place.sights.size()];
  text += i % 2 == 0
              ? "\n- 🍴 Lunch: " + place.dishes[i % place.dishes.size()]
              : std::string("\n- 🌙 Later: ") +
                    kEvenings[(i + place.name.size()) % kEvenings.size()];
  return text + "\n\n";
}

std::string DayByDay(const TripRequest& trip, const SamplePlace& place) {
  std::string text;
  for (int day = 0; day < trip.days; ++day) {
    text += "## 📅 Day " + std::to_string(day + 1) + ": " +
            kThemes[static_cast<size_t>(day) % kThemes.size()] + "\n";
    text +=
        trip.days <= kLongDaysMax ? LongDay(day, place) : ShortDay(day, place);
  }
  return text;
}

constexpr char kTips[] =
    "## 🎒 Good to know\n"
    "- Book the one sight you would be sad to miss, with a time; leave the "
    "rest open.\n"
    "- A day pass for buses and trains pays off from the third ride.\n"
    "- Carry a little cash, a bottle for water, and a copy of your papers.\n"
    "- Learn to say hello, please and thank you; it opens more doors than any "
    "ticket.\n\n";

constexpr char kCanned[] =
    "---\n*This answer is canned: it comes from the built-in offline planner "
    "and its sample data, since no model is configured.* ✈️\n";

}  // namespace

std::string PlanOpening(const TripRequest& trip) {
  const std::string name = PlaceNamed(trip.destination).name;
  if (trip.remembered) {
    return "Let me take up your trip to " + name +
           " again and look at the weather and the events there… 🔎\n\n";
  }
  return "Let me look at the weather and at what is on in " + name +
         " first… 🔎\n\n";
}

std::string PlanText(const TripRequest& trip, const PlanFacts& facts) {
  const SamplePlace place = PlaceNamed(trip.destination);
  return Intro(trip, place) + Looked(facts) + FocusText(trip.focus, place) +
         DayByDay(trip, place) + kTips + kCanned;
}

}  // namespace agent
