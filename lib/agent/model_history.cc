#include "lib/agent/model_history.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace agent {
namespace {

constexpr char kNoResult[] = "no result was kept";

std::string NotAnsweredNote(const Message& message) {
  const char* why = message.run_state == "failed"      ? "failed"
                    : message.run_state == "cancelled" ? "was cancelled"
                                                       : "did not end";
  return std::string("\n\n[This message was not answered: its run ") + why +
         ".]";
}

// The results that answer `turn`'s calls, from the tool messages that follow
// it; one that says so for each that is missing.
void AppendResults(const Message& turn, std::vector<Message> found,
                   std::vector<Message>* out) {
  for (const ToolCall& call : turn.tool_calls) {
    const auto it =
        std::find_if(found.begin(), found.end(), [&](const Message& m) {
          return m.tool_result.has_value() &&
                 m.tool_result->call_id == call.call_id;
        });
    if (it != found.end()) {
      out->push_back(std::move(*it));
      found.erase(it);
      continue;
    }
    Message missing;
    missing.role = Role::kTool;
    missing.run_id = turn.run_id;
    missing.tool_result = ToolResult{
        .call_id = call.call_id, .result = kNoResult, .is_error = true};
    out->push_back(std::move(missing));
  }
}

size_t BytesOf(const Message& message) {
  size_t bytes = message.text.size();
  for (const ToolCall& call : message.tool_calls) {
    bytes += call.call_id.size() + call.name.size() + call.arguments.size();
  }
  if (message.tool_result.has_value()) {
    bytes += message.tool_result->result.size();
  }
  return bytes;
}

// Where the longest run of whole turns that fits into `bytes_max` begins.
size_t FirstThatFits(const std::vector<Message>& messages, size_t bytes_max) {
  size_t first = messages.size();
  size_t bytes = 0;
  for (size_t i = messages.size(); i-- > 0;) {
    bytes += BytesOf(messages[i]);
    if (bytes > bytes_max) break;
    if (messages[i].role == Role::kUser) first = i;
  }
  return bytes <= bytes_max ? 0 : first;
}

// The tool messages that follow the turn at `turn`.
std::vector<Message> ResultsAfter(const std::vector<Message>& history,
                                  size_t turn) {
  std::vector<Message> results;
  for (size_t i = turn + 1;
       i < history.size() && history[i].role == Role::kTool; ++i) {
    results.push_back(history[i]);
  }
  return results;
}

std::vector<Message> Paired(const std::vector<Message>& history) {
  std::vector<Message> out;
  std::set<std::string> unanswered;  // runs
  for (size_t i = 0; i < history.size(); ++i) {
    const Message& message = history[i];
    if (message.role == Role::kUser) {
      out.push_back(message);
      if (message.run_state == "completed") continue;
      out.back().text += NotAnsweredNote(message);
      unanswered.insert(message.run_id);
      continue;
    }
    if (message.role == Role::kTool) continue;  // taken with its turn
    const bool empty = message.text.empty() && message.tool_calls.empty();
    if (empty || unanswered.contains(message.run_id)) continue;
    out.push_back(message);
    AppendResults(message, ResultsAfter(history, i), &out);
  }
  return out;
}

}  // namespace

ModelHistory HistoryForModel(const std::vector<Message>& history,
                             size_t bytes_max) {
  ModelHistory result;
  result.messages = Paired(history);
  const size_t first = FirstThatFits(result.messages, bytes_max);
  result.dropped = static_cast<int64_t>(first);
  result.messages.erase(
      result.messages.begin(),
      result.messages.begin() + static_cast<std::ptrdiff_t>(first));
  return result;
}

}  // namespace agent
