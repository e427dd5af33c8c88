// What a message says about a trip, as simply as the offline planner needs it.
#ifndef AGENT_LIB_AGENT_TRIP_REQUEST_H_
#define AGENT_LIB_AGENT_TRIP_REQUEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "lib/log/message.h"

namespace agent {

// What the traveller cares for most.
enum class TripFocus { kNone, kFood, kBudget, kFamily, kCulture, kNature };

struct TripRequest {
  std::string destination;  // empty: not said
  int days = 0;             // 1 to 7; 0: not said
  std::string date;         // as it was said; empty: not said
  TripFocus focus = TripFocus::kNone;
  bool remembered = false;  // the destination is from an earlier message
};

// English, by cues such as "trip to", "days" and capital letters; not clever.
TripRequest ParseTripRequest(std::string_view message);

// The newest user message's request; what it leaves open is taken from earlier
// ones, newest first, and then from defaults (Lisbon, three days).
TripRequest TripOfConversation(const std::vector<Message>& messages);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_TRIP_REQUEST_H_
