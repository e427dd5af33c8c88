#include "lib/runtime/attempt_context.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/agent/agent.h"
#include "lib/base/status_macros.h"
#include "lib/base/utf8.h"

namespace agent {
namespace {

RunInput MakeInput(RunAssignment& assignment) {
  RunInput input;
  input.conversation_id = assignment.conversation_id;
  input.run_id = assignment.run_id;
  input.attempt = assignment.attempt;
  input.message = std::move(assignment.message);
  input.history = std::move(assignment.history);
  input.history_dropped = assignment.history_dropped;
  input.options = assignment.options;
  return input;
}

ToolCall Sanitized(ToolCall call) {
  return {SanitizeUtf8(call.call_id), SanitizeUtf8(call.name),
          SanitizeUtf8(call.arguments)};
}

absl::Status TooLarge(std::string_view what, size_t limit) {
  return RunError(
      "OUTPUT_TOO_LARGE",
      std::string(what) + " is larger than " + std::to_string(limit) + " bytes",
      /*retryable=*/false);
}

}  // namespace

AttemptContext::AttemptContext(RunAssignment assignment, SteadyTime begun_at,
                               const RunLimits& limits, bool keep_text,
                               std::shared_ptr<ResponseWriter> writer,
                               std::shared_ptr<StopSignal> stop)
    : input_(MakeInput(assignment)),
      now_ms_(assignment.now_ms),
      begun_at_(begun_at),
      max_chunk_bytes_(static_cast<size_t>(limits.max_chunk_bytes)),
      keep_text_(keep_text),
      writer_(std::move(writer)),
      stop_(std::move(stop)),
      replay_(assignment.steps),
      pieces_(max_chunk_bytes_),
      steps_(static_cast<int>(assignment.steps.size())) {
  for (const Message& step : assignment.steps) {
    Count(step.text);
    AddUsage(step.usage);
  }
}

void AttemptContext::Count(std::string_view text) {
  digest_.Add(text);
  if (keep_text_) text_.append(text);
}

absl::Status AttemptContext::Say(std::string_view text) {
  RETURN_IF_ERROR(StopStatus());
  if (replay_.replaying()) return absl::OkStatus();
  for (std::string& piece : pieces_.Add(text)) {
    RETURN_IF_ERROR(Emit(std::move(piece)));
  }
  return absl::OkStatus();
}

absl::Status AttemptContext::Emit(std::string piece) {
  RETURN_IF_ERROR(writer_->Add(TextPiece{piece}));
  Count(piece);
  said_.append(piece);
  return absl::OkStatus();
}

// What was kept back: nothing that follows can complete it.
std::vector<ChunkContent> AttemptContext::TakeRest() {
  std::string rest = pieces_.Flush();
  if (rest.empty()) return {};
  Count(rest);
  said_.append(rest);
  return {TextPiece{std::move(rest)}};
}

Message AttemptContext::NewMessage(Role role) {
  const auto elapsed = std::chrono::steady_clock::now() - begun_at_;
  Message message;
  message.role = role;
  message.text = std::exchange(said_, "");
  message.run_id = input_.run_id;
  message.create_time_ms =
      now_ms_ + absl::ToInt64Milliseconds(absl::FromChrono(elapsed));
  return message;
}

absl::Status AttemptContext::Journal(std::vector<ChunkContent> last,
                                     const Message& step) {
  ++steps_;
  return writer_->AddStep(std::move(last), MessageToJson(step));
}

absl::Status AttemptContext::JournalOutsideText() {
  std::vector<ChunkContent> last = TakeRest();
  if (said_.empty()) return absl::OkStatus();
  Message message = NewMessage(Role::kAssistant);
  message.implicit = true;
  return Journal(std::move(last), message);
}

absl::Status AttemptContext::CheckStep() const {
  RETURN_IF_ERROR(StopStatus());
  if (!in_step_) return absl::OkStatus();
  return RunError("AGENT_ERROR", "the agent began a step within a step",
                  /*retryable=*/false);
}

absl::StatusOr<Message> AttemptContext::ModelTurn(ProduceTurn produce) {
  RETURN_IF_ERROR(CheckStep());
  ASSIGN_OR_RETURN(std::optional<Message> done,
                   replay_.Next(Role::kAssistant, ""));
  if (done.has_value()) {
    ++step_keys_;
    return *std::move(done);
  }
  RETURN_IF_ERROR(JournalOutsideText());
  usage_of_turn_ = {};
  in_step_ = true;
  absl::StatusOr<std::vector<ToolCall>> calls = produce();
  in_step_ = false;
  // What a turn that failed had said stands, as text outside any step.
  if (!calls.ok()) return calls.status();
  ++step_keys_;
  return JournalTurn(*std::move(calls));
}

absl::StatusOr<Message> AttemptContext::JournalTurn(
    std::vector<ToolCall> calls) {
  std::vector<ChunkContent> last = TakeRest();
  for (ToolCall& call : calls) {
    call = Sanitized(std::move(call));
    if (call.arguments.size() > max_chunk_bytes_) {
      return TooLarge("a tool call", max_chunk_bytes_);
    }
    last.emplace_back(call);
  }
  Message turn = NewMessage(Role::kAssistant);
  turn.tool_calls = std::move(calls);
  turn.usage = usage_of_turn_;
  RETURN_IF_ERROR(Journal(std::move(last), turn));
  RETURN_IF_ERROR(writer_->AwaitStored());
  return turn;
}

absl::StatusOr<ToolResult> AttemptContext::ToolStep(const ToolCall& call,
                                                    InvokeTool invoke) {
  RETURN_IF_ERROR(CheckStep());
  const std::string call_id = SanitizeUtf8(call.call_id);
  ASSIGN_OR_RETURN(std::optional<Message> done,
                   replay_.Next(Role::kTool, call_id));
  if (done.has_value()) {
    ++step_keys_;
    return *std::move(done->tool_result);
  }
  const std::string key = input_.run_id + "/" + std::to_string(step_keys_);
  RETURN_IF_ERROR(JournalOutsideText());
  in_step_ = true;
  absl::StatusOr<ToolResult> result = invoke(key);
  in_step_ = false;
  if (!result.ok()) return result.status();
  ++step_keys_;
  return JournalResult(call, *std::move(result));
}

absl::StatusOr<ToolResult> AttemptContext::JournalResult(const ToolCall& call,
                                                         ToolResult result) {
  std::vector<ChunkContent> last = TakeRest();
  result.call_id = SanitizeUtf8(call.call_id);
  result.result = SanitizeUtf8(result.result);
  if (result.result.size() > max_chunk_bytes_) {
    result.result = "The result is larger than " +
                    std::to_string(max_chunk_bytes_) +
                    " bytes and was dropped.";
    result.is_error = true;
  }
  last.emplace_back(result);
  Message step = NewMessage(Role::kTool);
  step.tool_result = result;
  RETURN_IF_ERROR(Journal(std::move(last), step));
  RETURN_IF_ERROR(writer_->AwaitStored());
  return result;
}

void AttemptContext::AddUsage(const Usage& usage) {
  usage_.input_tokens += usage.input_tokens;
  usage_.output_tokens += usage.output_tokens;
  usage_of_turn_.input_tokens += usage.input_tokens;
  usage_of_turn_.output_tokens += usage.output_tokens;
}

absl::StatusOr<AttemptContext::Completion> AttemptContext::Complete() {
  RETURN_IF_ERROR(StopStatus());
  RETURN_IF_ERROR(replay_.Finish());
  for (ChunkContent& rest : TakeRest()) {
    RETURN_IF_ERROR(writer_->Add(std::move(rest)));
  }
  Completion completion;
  if (!said_.empty() || steps_ == 0) {
    completion.step = MessageToJson(NewMessage(Role::kAssistant));
  }
  completion.end.state = RunState::kCompleted;
  completion.end.usage = usage_;
  completion.end.completed = {usage_, digest_.bytes(), digest_.Hex()};
  return completion;
}

}  // namespace agent
