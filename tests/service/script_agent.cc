#include "tests/service/script_agent.h"

#include <chrono>

#include "absl/strings/str_split.h"
#include "lib/base/status_macros.h"

namespace agent::testing {

absl::Status ScriptAgent::Run(RunContext& context) {
  const std::vector<std::string> words =
      absl::StrSplit(context.input().message, '|');
  for (const std::string& word : words) {
    RETURN_IF_ERROR(Do(word, context));
  }
  context.AddUsage({.input_tokens = 3, .output_tokens = 5});
  return absl::OkStatus();
}

absl::Status ScriptAgent::Do(const std::string& word, RunContext& context) {
  if (word == "!hold") return Hold(context);
  if (word == "!hang") return Hang(context);
  if (word == "!tool") return UseTool(context);
  if (word == "!fail") {
    return RunError("MODEL_REFUSED", "told to fail", /*retryable=*/false);
  }
  return context.Say(word);
}

absl::Status ScriptAgent::Hold(RunContext& context) {
  const auto wake = context.OnStop([this] { changed_.NotifyAll(); });
  MutexLock lock(&mu_);
  ++holding_;
  while (releases_ == 0 && !context.stopping()) {
    // A stop may be told between the look and the wait: look again soon.
    changed_.WaitUntil(
        &mu_, std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
  }
  --holding_;
  if (context.stopping()) return context.StopStatus();
  --releases_;
  return absl::OkStatus();
}

absl::Status ScriptAgent::Hang(RunContext& context) {
  MutexLock lock(&mu_);
  ++holding_;
  while (releases_ == 0) changed_.Wait(&mu_);
  --holding_;
  --releases_;
  return context.StopStatus();
}

absl::Status ScriptAgent::UseTool(RunContext& context) {
  const ToolCall call{"call-1", "look", "{}"};
  ASSIGN_OR_RETURN(const Message turn, context.ModelTurn([&] {
    return absl::StatusOr<std::vector<ToolCall>>(std::vector{call});
  }));
  return context
      .ToolStep(turn.tool_calls.at(0),
                [&](std::string_view) -> absl::StatusOr<ToolResult> {
                  return ToolResult{call.call_id, "seen", false};
                })
      .status();
}

void ScriptAgent::Release() {
  MutexLock lock(&mu_);
  ++releases_;
  changed_.NotifyAll();
}

int ScriptAgent::holding() const {
  MutexLock lock(&mu_);
  return holding_;
}

}  // namespace agent::testing
