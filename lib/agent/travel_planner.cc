#include "lib/agent/travel_planner.h"

#include <utility>
#include <vector>

#include "lib/agent/tool_loop.h"
#include "lib/agent/travel_tools.h"

namespace agent {
namespace {

constexpr char kInstructions[] =
    R"(You plan trips. Write a plan that a traveller can follow day by day.

Before you write:
- Ask get_weather_forecast and get_local_events for the destination and the
  date of the trip, and let the plan follow from what they say: indoors when it
  rains, events where they fit.

In the plan:
- Give each day a heading, and its morning, meals, afternoon and evening.
- Name places and dishes, and say about how long things take and how to get
  from one to the next.
- Say what to pack, what to book ahead, and what to know of local customs.
- Use headings and a few emoji, so that it is easy to read on a phone.
- Be generous: about six to ten sentences for each day.

When the traveller comes back with a change, keep what was not touched and
refer to the plan you made.)";

}  // namespace

std::shared_ptr<Agent> MakeTravelPlanner(std::shared_ptr<ChatModel> model) {
  ToolLoopOptions options;
  options.name = "TravelPlanner";
  options.description =
      "Plans trips day by day, with the weather and what is on";
  options.instructions = kInstructions;
  std::vector<std::shared_ptr<Tool>> tools;
  tools.push_back(std::make_shared<WeatherForecastTool>());
  tools.push_back(std::make_shared<LocalEventsTool>());
  // Names and schemas are constants that a test covers.
  return ToolLoop::Create(std::move(options), std::move(model),
                          std::move(tools))
      .value();
}

}  // namespace agent
