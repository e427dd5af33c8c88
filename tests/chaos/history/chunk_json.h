// Entries of a log as JSON.
#ifndef AGENT_TESTS_CHAOS_HISTORY_CHUNK_JSON_H_
#define AGENT_TESTS_CHAOS_HISTORY_CHUNK_JSON_H_

#include <nlohmann/json.hpp>

#include "lib/log/chunk.h"

namespace agent::chaos {

nlohmann::json ChunkToJson(const Chunk& chunk);
// Throws nlohmann::json::exception, as the library does.
Chunk ChunkFromJson(const nlohmann::json& json);

nlohmann::json ToolCallToJson(const ToolCall& call);
ToolCall ToolCallFromJson(const nlohmann::json& json);
nlohmann::json ToolResultToJson(const ToolResult& result);
ToolResult ToolResultFromJson(const nlohmann::json& json);

// `0-0` for none.
StreamId IdFromJson(const nlohmann::json& json);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_CHUNK_JSON_H_
