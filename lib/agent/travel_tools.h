// The travel planner's tools: a weather forecast and local events, made up from
// built-in sample data; the same answer for the same question, always.
#ifndef AGENT_LIB_AGENT_TRAVEL_TOOLS_H_
#define AGENT_LIB_AGENT_TRAVEL_TOOLS_H_

#include <string>

#include "absl/status/statusor.h"
#include "lib/agent/tool.h"

namespace agent {

inline constexpr char kWeatherToolName[] = "get_weather_forecast";
inline constexpr char kEventsToolName[] = "get_local_events";

// Both take `destination` and `date`, which may be a day or words for one.
class WeatherForecastTool final : public Tool {
 public:
  std::string name() const override { return kWeatherToolName; }
  std::string description() const override;
  std::string parameters_schema() const override;
  absl::StatusOr<std::string> Invoke(const ToolInvocation& call) override;
};

class LocalEventsTool final : public Tool {
 public:
  std::string name() const override { return kEventsToolName; }
  std::string description() const override;
  std::string parameters_schema() const override;
  absl::StatusOr<std::string> Invoke(const ToolInvocation& call) override;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_TRAVEL_TOOLS_H_
