// What GetRun and GetConversation answered, as JSON; as much of it as the
// checker looks at.
#ifndef AGENT_TESTS_CHAOS_HISTORY_RUN_JSON_H_
#define AGENT_TESTS_CHAOS_HISTORY_RUN_JSON_H_

#include <nlohmann/json.hpp>

#include "lib/log/run.h"

namespace agent::chaos {

nlohmann::json RunToJson(const Run& run);
// Throws nlohmann::json::exception, as the library does.
Run RunFromJson(const nlohmann::json& json);

nlohmann::json ConversationToJson(const Conversation& conversation);
Conversation ConversationFromJson(const nlohmann::json& json);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_RUN_JSON_H_
