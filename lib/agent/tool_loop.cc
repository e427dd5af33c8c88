#include "lib/agent/tool_loop.h"

#include <algorithm>
#include <set>
#include <utility>

#include "lib/agent/model_history.h"
#include "lib/base/logging.h"
#include "lib/base/status_macros.h"
#include "lib/base/utf8.h"

namespace agent {
namespace {

constexpr size_t kNameBytesMax = 64;

// `extra`: what may stand in it besides letters and digits.
bool IsName(std::string_view name, std::string_view extra) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  (c >= '0' && c <= '9') || extra.find(c) != extra.npos;
         });
}

ToolResult Failed(const ToolCall& call, std::string why) {
  return {.call_id = call.call_id, .result = std::move(why), .is_error = true};
}

std::string MessageOf(const absl::Status& status) {
  std::string message(status.message());
  return message;
}

// Valid UTF-8 of at most `limit` bytes, and a line that tells of a cut.
std::string Bounded(std::string_view text, size_t limit) {
  std::string whole = SanitizeUtf8(text);
  if (whole.size() <= limit) return whole;
  const size_t kept = Utf8PrefixLength(whole, limit);
  return whole.substr(0, kept) + "\n[cut: the first " + std::to_string(kept) +
         " of " + std::to_string(whole.size()) + " bytes]";
}

}  // namespace

absl::StatusOr<std::shared_ptr<ToolLoop>> ToolLoop::Create(
    ToolLoopOptions options, std::shared_ptr<ChatModel> model,
    std::vector<std::shared_ptr<Tool>> tools) {
  if (!IsName(options.name, "._-")) {
    return absl::InvalidArgumentError("agent name '" + options.name +
                                      "': must be 1 to 64 of [A-Za-z0-9._-]");
  }
  std::set<std::string> names;
  std::vector<Entry> entries;
  for (std::shared_ptr<Tool>& tool : tools) {
    ToolSpec spec{.name = tool->name(),
                  .description = tool->description(),
                  .parameters_schema = tool->parameters_schema()};
    if (!IsName(spec.name, "_-") || !names.insert(spec.name).second) {
      return absl::InvalidArgumentError(
          "tool '" + spec.name +
          "': names are 1 to 64 of [A-Za-z0-9_-], each "
          "used once");
    }
    absl::StatusOr<JsonSchema> schema =
        JsonSchema::Parse(spec.parameters_schema);
    if (!schema.ok()) {
      return absl::InvalidArgumentError("tool '" + spec.name +
                                        "': " + MessageOf(schema.status()));
    }
    entries.push_back({std::move(tool), std::move(spec), *std::move(schema)});
  }
  return std::shared_ptr<ToolLoop>(
      new ToolLoop(std::move(options), std::move(model), std::move(entries)));
}

ToolLoop::ToolLoop(ToolLoopOptions options, std::shared_ptr<ChatModel> model,
                   std::vector<Entry> entries)
    : options_(std::move(options)),
      model_(std::move(model)),
      entries_(std::move(entries)) {}

std::vector<std::string> ToolLoop::tools() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries_) names.push_back(entry.spec.name);
  return names;
}

absl::Status ToolLoop::Run(RunContext& context) {
  ModelRequest request = FirstRequest(context.input());
  for (int turn = 0; turn < options_.max_turns; ++turn) {
    ASSIGN_OR_RETURN(Message answer, Turn(request, context));
    if (answer.tool_calls.empty()) return absl::OkStatus();
    const std::vector<ToolCall> calls = answer.tool_calls;
    request.messages.push_back(std::move(answer));
    for (size_t i = 0; i < calls.size(); ++i) {
      const bool allowed = i < options_.max_calls_per_turn;
      ASSIGN_OR_RETURN(Message result, CallTool(calls[i], allowed, context));
      request.messages.push_back(std::move(result));
    }
  }
  return RunError("AGENT_ERROR",
                  "the model still called tools after " +
                      std::to_string(options_.max_turns) + " turns",
                  /*retryable=*/false);
}

ModelRequest ToolLoop::FirstRequest(const RunInput& input) const {
  ModelRequest request;
  request.instructions = options_.instructions;
  ModelHistory history =
      HistoryForModel(input.history, options_.max_history_bytes);
  const int64_t dropped = input.history_dropped + history.dropped;
  if (dropped > 0) {
    LogInfo("older messages not shown to the model",
            {{"run_id", input.run_id},
             {"conversation_id", input.conversation_id},
             {"messages", dropped}});
    request.instructions += "\n\n(" + std::to_string(dropped) +
                            " older messages of this conversation are not "
                            "shown.)";
  }
  request.messages = std::move(history.messages);
  Message message;
  message.role = Role::kUser;
  message.text = input.message;
  message.run_id = input.run_id;
  request.messages.push_back(std::move(message));
  if (!input.options.disable_tools) {
    for (const Entry& entry : entries_) request.tools.push_back(entry.spec);
  }
  request.response_json_schema = input.options.response_json_schema;
  return request;
}

absl::StatusOr<Message> ToolLoop::Turn(const ModelRequest& request,
                                       RunContext& context) const {
  return context.ModelTurn([&]() -> absl::StatusOr<std::vector<ToolCall>> {
    ASSIGN_OR_RETURN(
        ModelTurn turn,
        model_->StreamTurn(request, context, [&](std::string_view text) {
          return context.Say(text);
        }));
    context.AddUsage(turn.usage);
    return std::move(turn.tool_calls);
  });
}

absl::StatusOr<Message> ToolLoop::CallTool(const ToolCall& call, bool allowed,
                                           RunContext& context) const {
  ASSIGN_OR_RETURN(
      ToolResult result,
      context.ToolStep(
          call, [&](std::string_view key) -> absl::StatusOr<ToolResult> {
            if (context.input().options.disable_tools) {
              return Failed(call, "tools are disabled in this run");
            }
            if (!allowed) {
              return Failed(call, "not called: too many calls in one turn");
            }
            return Invoke(call, key, context);
          }));
  Message message;
  message.role = Role::kTool;
  message.run_id = context.input().run_id;
  message.tool_result = std::move(result);
  return message;
}

ToolResult ToolLoop::Invoke(const ToolCall& call, std::string_view key,
                            RunStop& stop) const {
  const Entry* entry = Find(call.name);
  if (entry == nullptr) {
    std::string known;
    for (const Entry& e : entries_) {
      known += (known.empty() ? "" : ", ") + e.spec.name;
    }
    return Failed(call, "there is no such tool; there are: " + known);
  }
  if (const absl::Status fits = entry->schema.ValidateObject(call.arguments);
      !fits.ok()) {
    return Failed(call,
                  "the arguments do not fit the tool's schema: " +
                      Bounded(MessageOf(fits), options_.max_result_bytes));
  }
  const absl::StatusOr<std::string> result = entry->tool->Invoke(
      {.arguments = call.arguments, .idempotency_key = key, .stop = &stop});
  const std::string text = result.ok() ? *result : MessageOf(result.status());
  return {.call_id = call.call_id,
          .result = Bounded(text, options_.max_result_bytes),
          .is_error = !result.ok()};
}

const ToolLoop::Entry* ToolLoop::Find(const std::string& tool_name) const {
  for (const Entry& entry : entries_) {
    if (entry.spec.name == tool_name) return &entry;
  }
  return nullptr;
}

}  // namespace agent
