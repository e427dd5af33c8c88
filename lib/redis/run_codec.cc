#include "lib/redis/run_codec.h"

#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "lib/log/message.h"

namespace agent {
namespace {

using nlohmann::json;

constexpr std::string_view kStateNames[] = {"queued", "running", "completed",
                                            "failed", "cancelled"};

// The order of `describe`.
enum Field : size_t {
  kAgent,
  kActive,
  kRecordLast,
  kState,
  kAttempt,
  kCancel,
  kAccepted,
  kStarted,
  kEnded,
  kCursor,
  kFirst,
  kEnd,
  kNext,
  kUsage,
  kReason,
  kError,
  kMessage,
};

Usage DecodeUsage(std::string_view text) {
  const size_t bar = text.find('|');
  Usage usage;
  if (bar == std::string_view::npos ||
      !absl::SimpleAtoi(std::string(text.substr(0, bar)),
                        &usage.input_tokens) ||
      !absl::SimpleAtoi(std::string(text.substr(bar + 1)),
                        &usage.output_tokens)) {
    return Usage{};
  }
  return usage;
}

StreamId LastOf(const Run& run, ReplyView fields) {
  if (IsEnded(run.state)) return DecodeId(fields[kEnd]);
  const bool writes = fields[kActive].Text() == run.run_id;
  return writes && !run.first_id.IsZero() ? DecodeId(fields[kRecordLast])
                                          : StreamId{};
}

}  // namespace

std::string_view RunStateName(RunState state) {
  return kStateNames[static_cast<size_t>(state)];
}

RunState RunStateFromName(std::string_view name) {
  for (size_t i = 0; i < std::size(kStateNames); ++i) {
    if (kStateNames[i] == name) return static_cast<RunState>(i);
  }
  return RunState::kQueued;
}

std::string EncodeRunOptions(const RunOptions& options) {
  json object = {{"timeout_ms", absl::ToInt64Milliseconds(options.timeout)}};
  if (options.disable_tools) object["disable_tools"] = true;
  if (!options.response_json_schema.empty()) {
    object["response_json_schema"] = options.response_json_schema;
  }
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

RunOptions DecodeRunOptions(std::string_view text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  RunOptions options;
  if (!object.is_object()) return options;
  const auto tools = object.find("disable_tools");
  options.disable_tools =
      tools != object.end() && tools->is_boolean() && tools->get<bool>();
  const auto schema = object.find("response_json_schema");
  if (schema != object.end() && schema->is_string()) {
    options.response_json_schema = schema->get<std::string>();
  }
  const auto timeout = object.find("timeout_ms");
  if (timeout != object.end() && timeout->is_number_integer()) {
    options.timeout = absl::Milliseconds(timeout->get<int64_t>());
  }
  return options;
}

std::string EncodeUsage(const Usage& usage) {
  return std::to_string(usage.input_tokens) + "|" +
         std::to_string(usage.output_tokens);
}

StreamId DecodeId(ReplyView text) {
  return StreamId::Parse(text.Text()).value_or(StreamId{});
}

Run DecodeRun(std::string_view conversation_id, std::string_view run_id,
              ReplyView fields) {
  Run run;
  run.run_id = run_id;
  run.conversation_id = conversation_id;
  run.agent = fields[kAgent].Text();
  run.state = RunStateFromName(fields[kState].Text());
  run.attempt = static_cast<int>(fields[kAttempt].Integer());
  run.cancel_requested = fields[kCancel].Text() == "1";
  run.accept_time_ms = fields[kAccepted].Integer();
  run.start_time_ms = fields[kStarted].Integer();
  run.end_time_ms = fields[kEnded].Integer();
  run.accept_cursor = DecodeId(fields[kCursor]);
  run.first_id = DecodeId(fields[kFirst]);
  run.last_id = LastOf(run, fields);
  run.chunk_count = fields[kNext].Integer();
  run.usage = DecodeUsage(fields[kUsage].Text());
  if (run.state == RunState::kFailed) {
    run.failure = {std::string(fields[kReason].Text()),
                   std::string(fields[kError].Text())};
  }
  const auto message = MessageFromJson(fields[kMessage].Text());
  if (message.ok()) run.message = message->text;
  return run;
}

}  // namespace agent
