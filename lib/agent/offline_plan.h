// The text of the offline planner's plans.
#ifndef AGENT_LIB_AGENT_OFFLINE_PLAN_H_
#define AGENT_LIB_AGENT_OFFLINE_PLAN_H_

#include <string>

#include "lib/agent/trip_request.h"

namespace agent {

// What the tools answered; empty: they were not called or failed.
struct PlanFacts {
  std::string weather;
  std::string events;
};

// One line on what will be looked up, said before the tools are called.
std::string PlanOpening(const TripRequest& trip);

// About 200 to 400 words of Markdown; the same for the same input.
std::string PlanText(const TripRequest& trip, const PlanFacts& facts);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_OFFLINE_PLAN_H_
