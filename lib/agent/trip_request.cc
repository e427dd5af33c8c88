#include "lib/agent/trip_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/agent/sample_places.h"
#include "lib/agent/trip_words.h"
#include "lib/base/utf8.h"

namespace agent {
namespace {

constexpr size_t kMessageBytesMax = 4096;  // looked at; the rest is not
constexpr size_t kDestinationBytesMax = 60;
constexpr int kDaysMax = 7;
constexpr int kDefaultDays = 3;
constexpr char kDefaultDestination[] = "Lisbon";

bool IsMonthOrDay(const std::string& lower) {
  return IsAnyOf(lower, {"january", "february", "march", "april", "may", "june",
                         "july", "august", "september", "october", "november",
                         "december", "monday", "tuesday", "wednesday",
                         "thursday", "friday", "saturday", "sunday"});
}

bool LooksLikeName(const Word& word) {
  const char c = word.text.front();
  const bool capital = (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
  return capital && !IsMonthOrDay(word.lower) &&
         !IsAnyOf(word.lower, {"i", "i'm", "i'd", "the", "a", "my"});
}

// Words that begin at `begin` and look like a name: "Buenos Aires", "Rio de
// Janeiro".
std::string NameAt(const Words& words, size_t begin) {
  std::string name;
  for (size_t i = begin; i < words.size(); ++i) {
    const bool joins = !name.empty() && i + 1 < words.size() &&
                       IsAnyOf(words[i].lower, {"de", "di", "do", "of"}) &&
                       LooksLikeName(words[i + 1]);
    if (!joins && !LooksLikeName(words[i])) break;
    name += (name.empty() ? "" : " ") + words[i].text;
    if (words[i].ends) break;
  }
  return name;
}

std::string KnownPlaceIn(const Words& words) {
  std::string joined = " ";
  for (const Word& word : words) joined += word.lower + ' ';
  std::string best;
  size_t best_at = joined.npos;
  for (const SamplePlace& place : KnownPlaces()) {
    const size_t at = joined.find(' ' + AsciiLower(place.name) + ' ');
    if (at < best_at) {
      best_at = at;
      best = place.name;
    }
  }
  return best;
}

bool IsTravelCue(const Words& words, size_t i) {
  if (IsAnyOf(words[i].lower, {"visit", "visiting", "explore", "exploring"})) {
    return true;
  }
  return i > 0 && IsAnyOf(words[i].lower, {"to", "in"}) &&
         IsAnyOf(words[i - 1].lower,
                 {"trip", "travel", "go", "going", "fly", "days", "day",
                  "weekend", "week", "vacation", "holiday", "journey"});
}

std::string DestinationIn(const Words& words) {
  if (std::string known = KnownPlaceIn(words); !known.empty()) return known;
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (!IsTravelCue(words, i) &&
        !IsAnyOf(words[i].lower, {"to", "in", "for", "around", "see", "at"})) {
      continue;
    }
    if (std::string name = NameAt(words, i + 1); !name.empty()) return name;
  }
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& next = words[i + 1].lower;
    if (!IsTravelCue(words, i) || IsMonthOrDay(next) ||
        IsAnyOf(next, {"the", "a", "an", "my", "our", "some", "it", "there",
                       "this", "that", "total", "me"})) {
      continue;
    }
    std::string name = words[i + 1].text;
    if (name[0] >= 'a' && name[0] <= 'z') {
      name[0] = static_cast<char>(name[0] - 'a' + 'A');
    }
    return name;
  }
  return "";
}

int NumberOf(const std::string& word) {
  constexpr std::array<const char*, 10> kNumbers = {
      "one", "two",   "three", "four", "five",
      "six", "seven", "eight", "nine", "ten"};
  for (size_t i = 0; i < kNumbers.size(); ++i) {
    if (word == kNumbers[i]) return static_cast<int>(i) + 1;
  }
  if (word.empty() || word.size() > 3 ||
      word.find_first_not_of("0123456789") != word.npos) {
    return 0;
  }
  return std::stoi(word);
}

// Of a unit such as "days" and what was said before it, "3" or "a".
int DaysOf(const std::string& unit, const std::string& count) {
  if (unit == "weekend") return 2;
  if (IsAnyOf(unit, {"day", "days", "day's", "nights", "night"})) {
    return NumberOf(count);
  }
  if (!IsAnyOf(unit, {"week", "weeks"})) return 0;
  return count == "a" ? kDaysMax : NumberOf(count) * kDaysMax;
}

int DaysIn(const Words& words) {
  std::string before;
  for (const Word& word : words) {
    const size_t dash = word.lower.find('-');  // "3-day"
    const int days =
        dash == word.lower.npos
            ? DaysOf(word.lower, before)
            : DaysOf(word.lower.substr(dash + 1), word.lower.substr(0, dash));
    if (days > 0) return std::min(days, kDaysMax);
    before = word.lower;
  }
  return 0;
}

bool IsIsoDate(const std::string& word) {
  constexpr std::string_view kForm = "0000-00-00";
  if (word.size() != kForm.size()) return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = word[i] >= '0' && word[i] <= '9';
    if (kForm[i] == '-' ? word[i] != '-' : !digit) return false;
  }
  return true;
}

std::string DateIn(const Words& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].lower;
    if (IsIsoDate(word) || word == "tomorrow" || word == "today") return word;
    if (i == 0) continue;
    if (IsAnyOf(words[i - 1].lower, {"next", "this"}) &&
        (IsMonthOrDay(word) || IsAnyOf(word, {"week", "weekend", "month"}))) {
      return words[i - 1].lower + ' ' + words[i].text;
    }
    if (IsMonthOrDay(word) && IsAnyOf(words[i - 1].lower, {"in", "on"})) {
      return words[i].text;
    }
  }
  return "";
}

TripFocus FocusIn(const Words& words) {
  for (const Word& word : words) {
    const std::string& w = word.lower;
    if (IsAnyOf(w, {"food", "eat", "eating", "restaurants", "restaurant",
                    "vegetarian", "vegan", "foodie", "cuisine"})) {
      return TripFocus::kFood;
    }
    if (IsAnyOf(w, {"budget", "cheap", "cheaper", "save", "inexpensive"})) {
      return TripFocus::kBudget;
    }
    if (IsAnyOf(w, {"kids", "family", "children", "child"})) {
      return TripFocus::kFamily;
    }
    if (IsAnyOf(w, {"museum", "museums", "art", "culture", "history"})) {
      return TripFocus::kCulture;
    }
    if (IsAnyOf(w, {"nature", "parks", "outdoors", "hiking", "hike"})) {
      return TripFocus::kNature;
    }
  }
  return TripFocus::kNone;
}

}  // namespace

TripRequest ParseTripRequest(std::string_view message) {
  message = message.substr(0, Utf8PrefixLength(message, kMessageBytesMax));
  const Words words = SplitWords(message);
  TripRequest trip;
  trip.destination = DestinationIn(words);
  trip.destination.resize(
      Utf8PrefixLength(trip.destination, kDestinationBytesMax));
  trip.days = DaysIn(words);
  trip.date = DateIn(words);
  trip.focus = FocusIn(words);
  return trip;
}

TripRequest TripOfConversation(const std::vector<Message>& messages) {
  TripRequest trip;
  bool newest = true;
  for (size_t i = messages.size(); i-- > 0;) {
    if (messages[i].role != Role::kUser) continue;
    const TripRequest said = ParseTripRequest(messages[i].text);
    if (newest) {
      trip = said;
      newest = false;
      continue;
    }
    if (trip.destination.empty() && !said.destination.empty()) {
      trip.destination = said.destination;
      trip.remembered = true;
    }
    if (trip.days == 0) trip.days = said.days;
    if (trip.date.empty()) trip.date = said.date;
  }
  if (trip.destination.empty()) trip.destination = kDefaultDestination;
  if (trip.days == 0) trip.days = kDefaultDays;
  return trip;
}

}  // namespace agent
