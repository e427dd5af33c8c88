#include "lib/runtime/step_replay.h"

#include <utility>

#include "lib/agent/agent.h"

namespace agent {
namespace {

absl::Status Diverged() {
  return RunError("AGENT_ERROR",
                  "the agent did not repeat the steps it had finished",
                  /*retryable=*/false);
}

}  // namespace

StepReplay::StepReplay(std::vector<Message> steps) : steps_(std::move(steps)) {}

void StepReplay::SkipImplicit() {
  while (next_ < steps_.size() && steps_[next_].implicit) ++next_;
}

absl::StatusOr<std::optional<Message>> StepReplay::Next(
    Role role, std::string_view call_id) {
  SkipImplicit();
  if (!replaying()) return std::nullopt;
  const Message& step = steps_[next_];
  if (step.role != role) return Diverged();
  if (role == Role::kTool &&
      (!step.tool_result.has_value() || step.tool_result->call_id != call_id)) {
    return Diverged();
  }
  ++next_;
  return step;
}

absl::Status StepReplay::Finish() {
  SkipImplicit();
  return replaying() ? Diverged() : absl::OkStatus();
}

}  // namespace agent
