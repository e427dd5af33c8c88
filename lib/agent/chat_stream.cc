#include "lib/agent/chat_stream.h"

#include <algorithm>
#include <set>
#include <utility>

#include "lib/agent/model_error.h"
#include "lib/base/logging.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace agent {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kDone = "[DONE]";
constexpr size_t kCallsMax = 128;
constexpr size_t kCallBytesMax = 1 << 20;

// A member, or null where there is none or `json` is no object.
const Json& Member(const Json& json, const char* name) {
  static const auto* const kNone = new Json();
  const auto it = json.find(name);
  return it == json.end() ? *kNone : *it;
}

std::string Text(const Json& json) {
  return json.is_string() ? json.get<std::string>() : std::string();
}

int64_t Count(const Json& json) {
  return json.is_number_integer() ? std::max<int64_t>(0, json.get<int64_t>())
                                  : 0;
}

}  // namespace

absl::Status ChatStream::OnEvent(std::string_view data) {
  if (done_) return absl::OkStatus();
  if (data == kDone) {
    done_ = true;
    return absl::OkStatus();
  }
  const Json json = Json::parse(data, nullptr, false);
  if (!json.is_object()) {
    return ModelUnavailable("sent a malformed stream");
  }
  if (const Json& error = Member(json, "error"); !error.is_null()) {
    return ModelStreamError(json);
  }
  if (const Json& usage = Member(json, "usage"); usage.is_object()) {
    usage_ = {.input_tokens = Count(Member(usage, "prompt_tokens")),
              .output_tokens = Count(Member(usage, "completion_tokens"))};
  }
  const Json& choices = Member(json, "choices");
  if (!choices.is_array()) return absl::OkStatus();
  for (const Json& choice : choices) RETURN_IF_ERROR(OnChoice(choice));
  return absl::OkStatus();
}

absl::Status ChatStream::OnChoice(const Json& choice) {
  if (!choice.is_object() || Count(Member(choice, "index")) != 0) {
    return absl::OkStatus();
  }
  if (const Json& delta = Member(choice, "delta"); delta.is_object()) {
    RETURN_IF_ERROR(OnDelta(delta));
  }
  std::string reason = Text(Member(choice, "finish_reason"));
  if (reason.empty()) return absl::OkStatus();
  finish_reason_ = std::move(reason);
  if (finish_reason_ == "content_filter") return ModelFiltered();
  return absl::OkStatus();
}

absl::Status ChatStream::OnDelta(const Json& delta) {
  if (!Text(Member(delta, "refusal")).empty()) refused_ = true;
  if (const std::string text = Text(Member(delta, "content")); !text.empty()) {
    said_ = true;
    RETURN_IF_ERROR(say_(text));
  }
  const Json& calls = Member(delta, "tool_calls");
  if (!calls.is_array()) return absl::OkStatus();
  for (const Json& call : calls) RETURN_IF_ERROR(OnToolCall(call));
  return absl::OkStatus();
}

absl::Status ChatStream::OnToolCall(const Json& call) {
  if (!call.is_object()) return ModelUnavailable("sent a malformed stream");
  const std::string id = Text(Member(call, "id"));
  const Json& function = Member(call, "function");
  const std::string name =
      function.is_object() ? Text(Member(function, "name")) : "";
  const std::string arguments =
      function.is_object() ? Text(Member(function, "arguments")) : "";
  call_bytes_ += id.size() + name.size() + arguments.size();
  ToolCall& entry = calls_[IndexOf(call, id)];
  if (calls_.size() > kCallsMax || call_bytes_ > kCallBytesMax) {
    return ModelAnswerTooLarge();
  }
  if (entry.call_id.empty()) entry.call_id = id;
  if (entry.name.empty()) entry.name = name;
  entry.arguments += arguments;
  return absl::OkStatus();
}

int ChatStream::IndexOf(const Json& call, const std::string& id) const {
  const Json& index = Member(call, "index");
  if (index.is_number_integer()) {
    return static_cast<int>(
        std::clamp<int64_t>(index.get<int64_t>(), 0, 1 << 20));
  }
  // Without an index: another id begins another call.
  if (calls_.empty()) return 0;
  const auto& [last, entry] = *calls_.rbegin();
  return id.empty() || id == entry.call_id ? last : last + 1;
}

absl::StatusOr<ModelTurn> ChatStream::Finish() {
  if (!done_ && finish_reason_.empty()) return ModelUnavailable("was cut off");
  if (refused_) return ModelRefused("the model refused to answer");
  if (finish_reason_ == "length") {
    LogWarning("model turn cut at its token limit");
  }
  ModelTurn turn;
  turn.usage = usage_;
  std::set<std::string> ids;
  for (auto& [index, call] : calls_) {
    if (call.name.empty()) return ModelUnavailable("sent a malformed stream");
    if (call.call_id.empty() || !ids.insert(call.call_id).second) {
      call.call_id = "call_" + RandomId();
    }
    if (call.arguments.empty()) call.arguments = "{}";
    turn.tool_calls.push_back(std::move(call));
  }
  return turn;
}

}  // namespace agent
