// Reads the events of a streamed chat completion: says its text as it comes and
// gathers its tool calls and usage.
#ifndef AGENT_LIB_AGENT_CHAT_STREAM_H_
#define AGENT_LIB_AGENT_CHAT_STREAM_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/agent/chat_model.h"
#include "nlohmann/json_fwd.hpp"

namespace agent {

// Bears what servers really send: events without choices, choices without a
// delta (Azure's filter results), tool calls that end with finish_reason
// "stop" or lack an index or id, comments, errors in the midst of a stream.
// Limits: 128 tool calls and 1 MiB of them a turn. Thread-compatible.
class ChatStream {
 public:
  explicit ChatStream(ChatModel::SayText say) : say_(say) {}

  // One event's data. Errors: RunError MODEL_UNAVAILABLE (malformed, or an
  // error that the service told of), MODEL_REFUSED and OUTPUT_TOO_LARGE (over
  // the limits); what `say` returned.
  absl::Status OnEvent(std::string_view data);

  bool done() const { return done_; }  // [DONE] came
  bool said() const { return said_; }  // some text was said

  // After the last event. MODEL_UNAVAILABLE when the stream was cut: neither
  // [DONE] nor a finish reason came; MODEL_REFUSED when the model refused.
  absl::StatusOr<ModelTurn> Finish();

 private:
  absl::Status OnChoice(const nlohmann::json& choice);
  absl::Status OnDelta(const nlohmann::json& delta);
  absl::Status OnToolCall(const nlohmann::json& call);
  int IndexOf(const nlohmann::json& call, const std::string& id) const;

  const ChatModel::SayText say_;
  bool done_ = false;
  bool said_ = false;
  bool refused_ = false;
  std::string finish_reason_;
  std::map<int, ToolCall> calls_;  // by the service's index
  size_t call_bytes_ = 0;
  Usage usage_;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_CHAT_STREAM_H_
