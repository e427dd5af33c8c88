// The samples' agent: plans trips, day by day.
#ifndef AGENT_LIB_AGENT_TRAVEL_PLANNER_H_
#define AGENT_LIB_AGENT_TRAVEL_PLANNER_H_

#include <memory>

#include "lib/agent/agent.h"
#include "lib/agent/chat_model.h"

namespace agent {

// Named "TravelPlanner", with the tools of travel_tools.h.
std::shared_ptr<Agent> MakeTravelPlanner(std::shared_ptr<ChatModel> model);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_TRAVEL_PLANNER_H_
