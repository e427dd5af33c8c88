// The pipeline's side of replies: who gets which, and what is tried again.
#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/base/logging.h"
#include "lib/base/random.h"
#include "lib/redis/command_pipeline.h"

namespace agent {
namespace {

// Between the tries of a command that Redis cannot do now: full jitter.
constexpr absl::Duration kFirstRetry = absl::Milliseconds(20);
constexpr absl::Duration kMaxRetry = absl::Seconds(1);
constexpr int kMaxDoublings = 10;
// A connection that turns out to be read-only is kept this long: reading goes
// on over it, which a new one for each refused write would not leave time for.
constexpr std::chrono::seconds kReadOnlyStay{1};

std::chrono::nanoseconds RetryWait(int tries) {
  const int64_t factor = int64_t{1} << std::min(tries, kMaxDoublings);
  return ToChrono(std::min(kMaxRetry, kFirstRetry * factor) * RandomFraction());
}

}  // namespace

void CommandPipeline::OnReply(Reply reply, SteadyTime now) {
  last_reply_ = now;
  if (in_flight_.empty()) {
    broken_ = "a reply to no command";
    return;
  }
  PendingCommand command = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (command.loads_script) {
    OnLoaded(command, reply);
  } else if (command.done && reply.view().IsError()) {
    OnError(std::move(command), reply.view().Text(), now);
  } else {
    Finish(command, std::move(reply));
  }
  if (draining_ && in_flight_.empty()) broken_ = "it is read-only";
}

void CommandPipeline::OnError(PendingCommand command, std::string_view text,
                              SteadyTime now) {
  const RedisErrorKind kind = KindOfRedisError(text);
  switch (kind) {
    case RedisErrorKind::kNoScript:
      if (command.script == nullptr) break;
      OnNoScript(std::move(command));
      return;
    case RedisErrorKind::kReadOnly:
      // The address may lead to the new primary by now. What is in flight is
      // answered first: nothing of it has to become unknown.
      draining_ = now - connected_at_ >= kReadOnlyStay;
      RetryLater(std::move(command), now);
      return;
    case RedisErrorKind::kPassing:
      RetryLater(std::move(command), now);
      return;
    default:
      break;
  }
  LogDebug("redis error reply", {{"error", LoggableRedisError(text)}});
  Finish(command, StatusOfRedisError(kind));
}

void CommandPipeline::OnNoScript(PendingCommand command) {
  if (refused_.count(command.script) != 0) {
    Finish(command, StatusOfRedisError(RedisErrorKind::kOther));
    return;
  }
  if (command.tries++ == 0) {
    Load(*command.script, command.deadline);
  } else {
    // Somebody makes Redis forget it as fast as it is loaded.
    command.wire = command.wire.WithSource(*command.script);
  }
  repeats_.push_back(std::move(command));
}

void CommandPipeline::Load(const LuaScript& script, SteadyTime deadline) {
  if (!loading_.insert(&script).second) return;
  PendingCommand load;
  load.wire = EncodedCommand({"SCRIPT", "LOAD", script.source()});
  load.script = &script;
  load.loads_script = true;
  load.deadline = deadline;
  repeats_.push_back(std::move(load));
}

void CommandPipeline::OnLoaded(const PendingCommand& command,
                               const Reply& reply) {
  loading_.erase(command.script);
  if (!reply.view().IsError()) return;
  const std::string_view text = reply.view().Text();
  if (KindOfRedisError(text) == RedisErrorKind::kPassing) return;
  refused_.insert(command.script);
  LogError("redis refused a script", {{"script", command.script->name()},
                                      {"error", LoggableRedisError(text)}});
}

void CommandPipeline::RetryLater(PendingCommand command, SteadyTime now) {
  const SteadyTime when = now + RetryWait(command.tries++);
  delayed_.emplace(when, std::move(command));
}

}  // namespace agent
