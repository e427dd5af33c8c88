#include "service/http/sse_writer.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "service/http/http_errors.h"
#include "service/public_error.h"

namespace agent {
namespace {

using Json = nlohmann::ordered_json;

// What a frame says, but for its id.
struct Said {
  std::string event;  // empty: the chunk is not seen
  std::string data;
};

std::string Dump(const Json& json) {
  return json.dump(/*indent=*/-1, ' ', false, Json::error_handler_t::replace);
}

void AppendDataLines(std::string_view data, std::string* out) {
  while (true) {
    const size_t end = data.find_first_of("\r\n");
    out->append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) return;
    const bool pair = data[end] == '\r' && data.substr(end + 1, 1) == "\n";
    data.remove_prefix(end + (pair ? 2 : 1));
  }
}

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (c == '\r' || c == '\n') c = ' ';
  }
  return text;
}

// One overload for each kind of content; texts are left to the writer.
struct Describe {
  int attempt;

  Said operator()(const TextPiece& piece) const {
    return {"message", piece.text};
  }
  Said operator()(const AttemptStarted& started) const {
    if (attempt <= 1) return {};  // nothing was said before it
    Json json;
    json["attempt"] = attempt;
    json["discard_after"] = started.discard_after;
    return {"restarted", Dump(json)};
  }
  Said operator()(const ToolCall& call) const {
    Json json;
    json["call_id"] = call.call_id;
    json["name"] = call.name;
    json["arguments"] = call.arguments;
    return {"tool_call", Dump(json)};
  }
  Said operator()(const ToolResult& result) const {
    Json json;
    json["call_id"] = result.call_id;
    json["result"] = result.result;
    json["is_error"] = result.is_error;
    return {"tool_result", Dump(json)};
  }
  Said operator()(const RunCompleted& /*completed*/) const {
    return {"done", "[DONE]"};
  }
  Said operator()(const RunFailed& failed) const {
    return {"error", failed.message.empty() ? failed.reason : failed.message};
  }
  Said operator()(const RunCancelled& /*cancelled*/) const {
    return {"cancelled", "[CANCELLED]"};
  }
};

}  // namespace

std::string SseFrame(std::string_view id, std::string_view event,
                     std::string_view data) {
  std::string frame;
  frame.reserve(data.size() + id.size() + 48);
  if (!id.empty()) frame.append("id: ").append(id).append("\n");
  frame.append("event: ").append(event).append("\n");
  AppendDataLines(data, &frame);
  frame.append("\n");
  return frame;
}

std::string SseWriter::Text(std::string_view text) const {
  return data_ == SseData::kJson ? Dump(Json(text)) : std::string(text);
}

void SseWriter::Write(const Chunk& chunk, std::string* out) {
  Said said = std::visit(Describe{chunk.attempt}, chunk.content);
  if (said.event.empty()) return;
  if (said.event == "message" || said.event == "error") {
    said.data = Text(said.data);
  }
  out->append(SseFrame(chunk.id.ToString(), said.event, said.data));
}

std::string SseWriter::Error(const absl::Status& status) const {
  return SseFrame("", "error",
                  data_ == SseData::kJson ? ErrorJson(status)
                                          : ToPublicError(status).message);
}

std::string SseWriter::TryLater(const absl::Status& status) {
  const PublicError error = ToPublicError(status);
  return "retry: 2000\n: " + error.details.reason + ": " +
         OneLine(error.message) + "\n\n";
}

}  // namespace agent
