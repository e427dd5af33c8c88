#include "tests/chaos/history/chunk_json.h"

#include <string>
#include <variant>

namespace agent::chaos {
namespace {

using nlohmann::json;

struct ContentWriter {
  json operator()(const TextPiece& piece) const {
    return {{"text", piece.text}};
  }
  json operator()(const AttemptStarted& started) const {
    return {{"discard_after", started.discard_after}};
  }
  json operator()(const ToolCall& call) const {
    return {{"tool_call", ToolCallToJson(call)}};
  }
  json operator()(const ToolResult& result) const {
    return {{"tool_result", ToolResultToJson(result)}};
  }
  json operator()(const RunCompleted& completed) const {
    return {{"completed",
             {{"input", completed.usage.input_tokens},
              {"output", completed.usage.output_tokens},
              {"bytes", completed.text_bytes},
              {"sha256", completed.text_sha256}}}};
  }
  json operator()(const RunFailed& failed) const {
    return {
        {"failed", {{"reason", failed.reason}, {"message", failed.message}}}};
  }
  json operator()(const RunCancelled&) const { return {{"cancelled", true}}; }
};

RunCompleted CompletedFromJson(const json& in) {
  return {{in.at("input"), in.at("output")}, in.at("bytes"), in.at("sha256")};
}

ChunkContent ContentFromJson(const json& in) {
  const std::string& kind = in.begin().key();
  const json& value = in.begin().value();
  if (kind == "text") return TextPiece{value};
  if (kind == "discard_after") return AttemptStarted{value};
  if (kind == "tool_call") return ToolCallFromJson(value);
  if (kind == "tool_result") return ToolResultFromJson(value);
  if (kind == "completed") return CompletedFromJson(value);
  if (kind == "failed") {
    return RunFailed{value.at("reason"), value.at("message")};
  }
  return RunCancelled{};
}

}  // namespace

json ChunkToJson(const Chunk& chunk) {
  return {{"id", chunk.id.ToString()},
          {"run", chunk.run_id},
          {"sequence", chunk.sequence},
          {"attempt", chunk.attempt},
          {"created", chunk.create_time_ms},
          {"content", std::visit(ContentWriter{}, chunk.content)}};
}

Chunk ChunkFromJson(const json& in) {
  Chunk chunk;
  chunk.id = IdFromJson(in.at("id"));
  chunk.run_id = in.at("run");
  chunk.sequence = in.at("sequence");
  chunk.attempt = in.at("attempt");
  chunk.create_time_ms = in.at("created");
  chunk.content = ContentFromJson(in.at("content"));
  return chunk;
}

json ToolCallToJson(const ToolCall& call) {
  return {
      {"id", call.call_id}, {"name", call.name}, {"arguments", call.arguments}};
}

ToolCall ToolCallFromJson(const json& in) {
  return {in.at("id"), in.at("name"), in.at("arguments")};
}

json ToolResultToJson(const ToolResult& result) {
  return {{"id", result.call_id},
          {"result", result.result},
          {"is_error", result.is_error}};
}

ToolResult ToolResultFromJson(const json& in) {
  return {in.at("id"), in.at("result"), in.at("is_error")};
}

StreamId IdFromJson(const json& in) {
  return StreamId::Parse(in.get<std::string>()).value_or(StreamId{});
}

}  // namespace agent::chaos
