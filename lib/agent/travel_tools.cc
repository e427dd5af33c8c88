#include "lib/agent/travel_tools.h"

#include <array>

#include "lib/agent/sample_places.h"
#include "lib/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace agent {
namespace {

struct Question {
  std::string destination;
  std::string date;
};

// The tool loop has checked them against the schema.
absl::StatusOr<Question> ParseQuestion(std::string_view arguments) {
  const auto json = nlohmann::json::parse(arguments, nullptr, false);
  const auto destination = json.find("destination");
  const auto date = json.find("date");
  if (destination == json.end() || !destination->is_string() ||
      date == json.end() || !date->is_string()) {
    return absl::InvalidArgumentError("destination and date are needed");
  }
  return Question{.destination = *destination, .date = *date};
}

std::string QuestionSchema(const std::string& about_date) {
  const nlohmann::json text = {
      {"type", "string"}, {"minLength", 1}, {"maxLength", 200}};
  nlohmann::json destination = text;
  destination["description"] = "The city or region to travel to";
  nlohmann::json date = text;
  date["description"] = about_date;
  return nlohmann::json(
             {{"type", "object"},
              {"properties", {{"destination", destination}, {"date", date}}},
              {"required", {"destination", "date"}},
              {"additionalProperties", false}})
      .dump();
}

struct Sky {
  const char* words;
  const char* advice;
  int rain_percent;
  int warmer;
};

constexpr std::array<Sky, 6> kSkies = {{
    {"clear and sunny", "sunscreen and a hat", 5, 3},
    {"partly cloudy", "a light jacket for the evening", 20, 1},
    {"overcast but dry", "layers, and shoes for long walks", 30, 0},
    {"light rain in the afternoon", "an umbrella and a plan for indoors", 65,
     -1},
    {"windy with some sun", "a jacket that keeps the wind out", 25, -2},
    {"a thunderstorm towards the evening", "a raincoat, and to be in early", 75,
     2},
}};

}  // namespace

std::string WeatherForecastTool::description() const {
  return "Tells the weather at a destination on a date: sky, temperatures, "
         "the chance of rain, and what to pack.";
}

std::string WeatherForecastTool::parameters_schema() const {
  return QuestionSchema(
      "The day of the forecast, such as 2026-05-17 or 'next Monday'");
}

absl::StatusOr<std::string> WeatherForecastTool::Invoke(
    const ToolInvocation& call) {
  ASSIGN_OR_RETURN(const Question question, ParseQuestion(call.arguments));
  const SamplePlace place = PlaceNamed(question.destination);
  const uint64_t hash =
      StableHash(AsciiLower(question.destination + '|' + question.date));
  const Sky& sky = kSkies[hash % kSkies.size()];
  const int high =
      place.high_celsius + sky.warmer + static_cast<int>(hash / 7 % 3);
  const int low = place.low_celsius + static_cast<int>(hash / 31 % 3);
  return place.name + ", " + question.date + ": " + sky.words + ", " +
         std::to_string(high) + " °C by day and " + std::to_string(low) +
         " °C at night, " + std::to_string(sky.rain_percent) +
         " % chance of rain. Pack " + sky.advice + ".";
}

std::string LocalEventsTool::description() const {
  return "Lists events at a destination around a date: concerts, markets, "
         "festivals and the like.";
}

std::string LocalEventsTool::parameters_schema() const {
  return QuestionSchema(
      "The day around which to look, such as 2026-05-17 or 'next Monday'");
}

absl::StatusOr<std::string> LocalEventsTool::Invoke(
    const ToolInvocation& call) {
  ASSIGN_OR_RETURN(const Question question, ParseQuestion(call.arguments));
  const SamplePlace place = PlaceNamed(question.destination);
  const uint64_t hash =
      StableHash(AsciiLower(question.date + '|' + question.destination));
  std::string text = "Events in " + place.name + ", " + question.date + ":";
  for (size_t i = 0; i < 3; ++i) {
    text += "\n- " + place.events[(hash + i) % place.events.size()];
  }
  return text;
}

}  // namespace agent
