#include "lib/runtime/run_executor.h"

#include <exception>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/error.h"
#include "lib/base/logging.h"

namespace agent {
namespace {

constexpr int kReleaseTries = 2;
constexpr Backoff::Options kReleaseBackoff = {.initial = absl::Milliseconds(50),
                                              .max = absl::Milliseconds(200)};

absl::Status Draining() {
  return MakeError(
      absl::StatusCode::kUnavailable, "draining",
      {.reason = reason::kDraining, .metadata = {}, .retry_after = {}});
}

std::string_view Name(RunExecutor::Outcome outcome) {
  switch (outcome) {
    case RunExecutor::Outcome::kEnded:
      return "ended";
    case RunExecutor::Outcome::kHandedOver:
      return "handed over";
    case RunExecutor::Outcome::kAttemptFailed:
      return "attempt failed";
    case RunExecutor::Outcome::kPassedOn:
      return "passed on";
  }
  return "";
}

}  // namespace

RunExecutor::RunExecutor(RunAssignment assignment, SteadyTime begun_at,
                         std::shared_ptr<Agent> agent, const RunLimits& limits,
                         const WorkerServices& services)
    : assignment_(std::move(assignment)),
      begun_at_(begun_at),
      agent_(std::move(agent)),
      limits_(limits),
      services_(services),
      stop_(StopSignal::Create()),
      feed_(assignment_, services.on_stored, services.callback),
      writer_(ResponseWriter::Start(
          assignment_, begun_at, limits,
          {services.runs, services.timers, stop_},
          StoredFeed(assignment_, services.on_stored, services.callback))),
      unheeded_(WatchStop()),
      watch_(Listen()) {}

std::shared_ptr<UnheededStop> RunExecutor::WatchStop() {
  auto settle = [work = services_.work,
                 conversation =
                     WorkHint{assignment_.agent, assignment_.conversation_id}] {
    if (work != nullptr) work->Settle(conversation, [](const absl::Status&) {});
  };
  return UnheededStop::Watch(stop_, writer_, services_.timers,
                             limits_.lease / 3, std::move(settle));
}

std::shared_ptr<ConversationWatch> RunExecutor::Listen() {
  return ConversationWatch::Start(
      services_.timers, services_.watch, assignment_.conversation_id,
      [weak = std::weak_ptr<ResponseWriter>(writer_)] {
        if (const auto writer = weak.lock()) writer->LookNow();
      });
}

RunExecutor::Outcome RunExecutor::Execute() {
  LogInfo("attempt began", {{"run_id", assignment_.run_id},
                            {"conversation_id", assignment_.conversation_id},
                            {"agent", assignment_.agent},
                            {"attempt", assignment_.attempt}});
  const TimerQueue::TimerId timeout = ArmTimeout();
  AttemptContext context(assignment_, begun_at_, limits_, feed_.wants_text(),
                         writer_, stop_);
  const absl::Status status = CallAgent(context);
  const Outcome outcome = Decide(context, status);
  services_.timers->Cancel(timeout);
  watch_->Stop();
  LogInfo("attempt over", {{"run_id", assignment_.run_id},
                           {"attempt", assignment_.attempt},
                           {"outcome", Name(outcome)}});
  if (services_.on_attempt_over) services_.on_attempt_over(assignment_.run_id);
  return outcome;
}

TimerQueue::TimerId RunExecutor::ArmTimeout() {
  absl::Duration limit = assignment_.options.timeout;
  if (limit <= absl::ZeroDuration()) limit = limits_.run_timeout;
  const auto spent =
      absl::Milliseconds(assignment_.now_ms - assignment_.start_time_ms) +
      absl::FromChrono(std::chrono::steady_clock::now() - begun_at_);
  return services_.timers->After(
      limit - spent, [weak = std::weak_ptr<StopSignal>(stop_)] {
        if (const auto stop = weak.lock()) {
          stop->Stop(absl::DeadlineExceededError("the run's time is over"));
        }
      });
}

// The one place where exceptions are caught: embedders' agents may throw.
absl::Status RunExecutor::CallAgent(AttemptContext& context) {
  try {
    return agent_->Run(context);
  } catch (const std::exception& error) {
    LogError("an agent threw", {{"run_id", assignment_.run_id},
                                {"agent", assignment_.agent},
                                {"what", error.what()}});
  } catch (...) {
    LogError("an agent threw",
             {{"run_id", assignment_.run_id}, {"agent", assignment_.agent}});
  }
  return absl::InternalError("the agent threw an exception");
}

RunExecutor::Outcome RunExecutor::Decide(AttemptContext& context,
                                         const absl::Status& status) {
  // Why it had to stop counts more than what the agent made of that.
  if (!stop_->status().ok()) return EndStopped(context);
  if (!status.ok()) return EndFailed(context, status);
  auto completion = context.Complete();
  if (completion.ok()) {
    return End(context, std::move(completion->end),
               std::move(completion->step));
  }
  if (!stop_->status().ok()) return EndStopped(context);
  return EndFailed(context, completion.status());
}

RunExecutor::Outcome RunExecutor::EndStopped(AttemptContext& context) {
  const absl::Status why = stop_->status();
  if (IsRunError(why)) return EndFailed(context, why);
  if (auto end = EndOfStopped(why)) {
    end->usage = context.usage();
    return End(context, *std::move(end), std::nullopt);
  }
  if (absl::IsUnavailable(why)) return GiveBack(ReleaseKind::kHandOver);
  writer_->Close();
  return Outcome::kPassedOn;
}

RunExecutor::Outcome RunExecutor::EndFailed(AttemptContext& context,
                                            const absl::Status& error) {
  LogWarning("attempt failed", {{"run_id", assignment_.run_id},
                                {"attempt", assignment_.attempt},
                                {"status", error}});
  const int failures = assignment_.failures + 1;
  const bool retryable = IsRetryableRunError(error);
  if (retryable && failures < limits_.max_attempts) {
    return GiveBack(ReleaseKind::kFailed);
  }
  RunEnd end;
  if (retryable) end.exhausted_after = failures;
  end.state = RunState::kFailed;
  end.failed = ToRunFailed(error);
  end.usage = context.usage();
  return End(context, std::move(end), std::nullopt);
}

RunExecutor::Outcome RunExecutor::End(AttemptContext& context, RunEnd end,
                                      std::optional<std::string> step) {
  const bool cancelled = end.state == RunState::kCancelled;
  const absl::Status stored = writer_->Finish(end, std::move(step));
  if (stored.ok()) {
    feed_.DeliverEnd(end, context.text());
    writer_->Close();
    return Outcome::kEnded;
  }
  switch (stored.code()) {
    case absl::StatusCode::kCancelled:
      if (cancelled) break;
      end = RunEnd{};
      end.state = RunState::kCancelled;
      end.usage = context.usage();
      return End(context, std::move(end), std::nullopt);
    case absl::StatusCode::kUnavailable:
      return GiveBack(ReleaseKind::kHandOver);
    default:
      break;
  }
  writer_->Close();
  return Outcome::kPassedOn;
}

void RunExecutor::Stop(SteadyTime deadline) {
  deadline_.Set(deadline);
  writer_->LimitClose(deadline);
  stop_->Stop(Draining());
}

bool RunExecutor::HandOver() {
  return GiveBack(ReleaseKind::kHandOver) != Outcome::kPassedOn;
}

bool RunExecutor::passed_on() const {
  return stop_->lease_lost() || unheeded_->ended();
}

RunExecutor::Outcome RunExecutor::GiveBack(ReleaseKind kind) {
  MutexLock lock(&give_back_mu_);
  if (given_back_.has_value()) return *given_back_;
  // Nothing may be on its way: an append after the release would renew the
  // lease.
  if (writer_->Close()) return given_back_.emplace(Outcome::kEnded);
  Backoff backoff(kReleaseBackoff);
  absl::Status released;
  for (int i = 0; i < kReleaseTries; ++i) {
    if (i > 0) absl::SleepFor(backoff.Next());
    released = deadline_.Await([&](StatusCallback done) {
      services_.runs->Release(assignment_.conversation_id, assignment_.run_id,
                              assignment_.attempt, assignment_.token, kind,
                              std::move(done));
    });
    if (!absl::IsUnavailable(released)) break;
  }
  Outcome outcome = kind == ReleaseKind::kFailed ? Outcome::kAttemptFailed
                                                 : Outcome::kHandedOver;
  if (!released.ok()) {
    LogWarning("could not give a run back; its lease will lapse",
               {{"run_id", assignment_.run_id}, {"status", released}});
    outcome = Outcome::kPassedOn;
  }
  return given_back_.emplace(outcome);
}

}  // namespace agent
