#include "lib/runtime/unheeded_stop.h"

#include <utility>

#include "lib/agent/agent.h"
#include "lib/base/logging.h"

namespace agent {

std::optional<RunEnd> EndOfStopped(const absl::Status& why) {
  RunEnd end;
  end.state = RunState::kFailed;
  if (absl::IsCancelled(why)) {
    end.state = RunState::kCancelled;
  } else if (absl::IsDeadlineExceeded(why)) {
    end.failed = {"RUN_TIMEOUT", "the run took longer than it may"};
  } else if (IsRunError(why)) {
    end.failed = ToRunFailed(why);
  } else {
    return std::nullopt;
  }
  return end;
}

std::shared_ptr<UnheededStop> UnheededStop::Watch(
    std::shared_ptr<StopSignal> stop, std::weak_ptr<ResponseWriter> writer,
    TimerQueue* timers, absl::Duration patience,
    absl::AnyInvocable<void() &&> ended) {
  std::shared_ptr<UnheededStop> watch(
      new UnheededStop(std::move(stop), std::move(writer), std::move(ended)));
  watch->guard_ = watch->stop_->OnStop(
      [weak = std::weak_ptr<UnheededStop>(watch), timers, patience] {
        timers->After(patience, [weak] {
          if (const auto self = weak.lock()) self->EndRun();
        });
      });
  return watch;
}

UnheededStop::UnheededStop(std::shared_ptr<StopSignal> stop,
                           std::weak_ptr<ResponseWriter> writer,
                           absl::AnyInvocable<void() &&> on_ended)
    : stop_(std::move(stop)),
      writer_(std::move(writer)),
      on_ended_(std::move(on_ended)) {}

void UnheededStop::EndRun() {
  const auto writer = writer_.lock();
  std::optional<RunEnd> end = EndOfStopped(stop_->status());
  if (writer == nullptr || !end.has_value()) return;
  const bool ending =
      writer->EndUnattended(*std::move(end), [self = shared_from_this()] {
        self->ended_ = true;
        std::move(self->on_ended_)();
      });
  if (ending) LogWarning("ending a run whose agent does not stop");
}

}  // namespace agent
