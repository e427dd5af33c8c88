// Events and facts as JSON: an object a line, with the names of event.h.
#ifndef AGENT_TESTS_CHAOS_HISTORY_HISTORY_JSON_H_
#define AGENT_TESTS_CHAOS_HISTORY_HISTORY_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "tests/chaos/history/event.h"

namespace agent::chaos {

// Without an end of line.
std::string EventToJson(const Event& event);
// INVALID_ARGUMENT.
absl::StatusOr<Event> EventFromJson(std::string_view line);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_HISTORY_JSON_H_
