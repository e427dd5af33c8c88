#include "lib/agent/offline_planner.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/agent/offline_plan.h"
#include "lib/agent/sample_places.h"
#include "lib/agent/travel_tools.h"
#include "lib/agent/trip_request.h"
#include "lib/base/digest.h"
#include "lib/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace agent {
namespace {

constexpr size_t kCallIdBytes = 16;
constexpr char kNoDate[] = "the first day of the trip";

// Where the newest user message stands: what follows belongs to this run.
size_t NewestUserMessage(const std::vector<Message>& messages) {
  size_t newest = 0;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == Role::kUser) newest = i;
  }
  return newest;
}

struct Progress {
  bool called = false;  // the tools were asked already
  PlanFacts facts;
};

Progress ProgressOf(const std::vector<Message>& messages) {
  Progress progress;
  std::vector<ToolCall> calls;
  for (size_t i = NewestUserMessage(messages); i < messages.size(); ++i) {
    const Message& message = messages[i];
    for (const ToolCall& call : message.tool_calls) {
      progress.called = true;
      calls.push_back(call);
    }
    if (!message.tool_result.has_value()) continue;
    const ToolResult& result = *message.tool_result;
    for (const ToolCall& call : calls) {
      if (call.call_id != result.call_id || result.is_error) continue;
      (call.name == kWeatherToolName ? progress.facts.weather
                                     : progress.facts.events) = result.result;
    }
  }
  return progress;
}

// Calls of those of the two tools that are offered.
std::vector<ToolCall> CallsFor(const TripRequest& trip,
                               const ModelRequest& request,
                               const std::string& run_id) {
  std::vector<ToolCall> calls;
  for (const char* name : {kWeatherToolName, kEventsToolName}) {
    const bool offered =
        std::any_of(request.tools.begin(), request.tools.end(),
                    [name](const ToolSpec& tool) { return tool.name == name; });
    if (!offered) continue;
    ToolCall call;
    call.name = name;
    call.call_id =
        "call_" + Sha256Hex(run_id + '/' + name).substr(0, kCallIdBytes);
    call.arguments =
        nlohmann::json({{"destination", trip.destination},
                        {"date", trip.date.empty() ? kNoDate : trip.date}})
            .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    calls.push_back(std::move(call));
  }
  return calls;
}

// The word at the beginning of `text`, with the white space after it.
std::string_view FirstWord(std::string_view text) {
  size_t end = std::min(text.find_first_of(" \n"), text.size());
  end = std::min(text.find_first_not_of(" \n", end), text.size());
  return text.substr(0, end);
}

int64_t CountWords(const ModelRequest& request) {
  const auto words = [](std::string_view text) {
    int64_t count = 0;
    for (; !text.empty(); text.remove_prefix(FirstWord(text).size())) ++count;
    return count;
  };
  int64_t count = words(request.instructions);
  for (const Message& message : request.messages) count += words(message.text);
  return count;
}

}  // namespace

absl::StatusOr<ModelTurn> OfflinePlanner::StreamTurn(
    const ModelRequest& request, RunContext& context, SayText say) {
  const TripRequest trip = TripOfConversation(request.messages);
  const Progress progress = ProgressOf(request.messages);
  ModelTurn turn;
  if (!progress.called) {
    turn.tool_calls = CallsFor(trip, request, context.input().run_id);
  }
  const std::string text = turn.tool_calls.empty()
                               ? PlanText(trip, progress.facts)
                               : PlanOpening(trip);
  turn.usage.input_tokens = CountWords(request);
  ASSIGN_OR_RETURN(turn.usage.output_tokens, SayWords(text, context, say));
  return turn;
}

absl::StatusOr<int64_t> OfflinePlanner::SayWords(std::string_view text,
                                                 RunContext& context,
                                                 SayText say) const {
  const absl::Duration span = options_.word_delay_max - options_.word_delay_min;
  int64_t words = 0;
  while (!text.empty()) {
    const std::string_view word = FirstWord(text);
    text.remove_prefix(word.size());
    // Uneven, as typing is, yet the same every time.
    const double part = static_cast<double>(StableHash(word) % 101) / 100;
    const absl::Duration delay = options_.word_delay_min + span * part;
    RETURN_IF_ERROR(delay > absl::ZeroDuration() ? context.Sleep(delay)
                                                 : context.StopStatus());
    RETURN_IF_ERROR(say(word));
    ++words;
  }
  return words;
}

}  // namespace agent
