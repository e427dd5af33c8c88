// The machine behind LogReader: fetches pages, pulls from the tail, waits.
#ifndef AGENT_LIB_LOG_LOG_READER_IMPL_H_
#define AGENT_LIB_LOG_LOG_READER_IMPL_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/timer_queue.h"
#include "lib/log/log_reader.h"
#include "lib/log/log_tail.h"
#include "lib/log/read_progress.h"

namespace agent {

// Everything that happens to a reader only leaves a note and calls Pump; one
// thread at a time pumps, so that what decides has no races to think of.
class LogReaderImpl final : public LogReader,
                            public TailWaiter,
                            public std::enable_shared_from_this<LogReaderImpl> {
 public:
  LogReaderImpl(std::shared_ptr<LogTail> tail, TimerQueue* timers,
                ReadRequest request, ReaderOptions options)
      : timers_(timers),
        options_(options),
        absent_until_(std::chrono::steady_clock::now() +
                      ToChrono(request.wait)),
        tail_(std::move(tail)),
        progress_(std::move(request)) {}

  ~LogReaderImpl() override { LetGo(); }

  void Next(Callback<ReadBatch> done) override;
  std::optional<StreamId> Start() const override;
  void Cancel() override;
  void OnTail() override;

 private:
  // What to do when nothing is ready.
  enum class Phase { kPage, kPull, kWaitAny };

  // What others left for the one who pumps.
  struct Notes {
    bool wanted = false;  // a Next is pending
    bool busy = false;    // a page or a wake-up is awaited
    bool cancelled = false;
    std::optional<TailPage> answer;
  };

  void Pump();
  Notes TakeNotes();
  // True: there may be more to do.
  bool Step(Notes notes);
  void OnAnswer(const TailPage& answer);
  void Follow(ReadProgress::Next next);
  void HoldUntil(SteadyTime until, absl::Status otherwise);
  bool Fetch();
  bool Pull();
  bool WaitForAny();
  bool Deliver();
  bool SetWaiting(bool waiting);
  void LetGo();

  TimerQueue* const timers_;
  const ReaderOptions options_;
  const SteadyTime absent_until_;

  mutable Mutex mu_;
  Callback<ReadBatch> pending_ ABSL_GUARDED_BY(mu_);
  std::optional<TailPage> answer_ ABSL_GUARDED_BY(mu_);
  std::optional<StreamId> start_ ABSL_GUARDED_BY(mu_);
  bool fetching_ ABSL_GUARDED_BY(mu_) = false;
  bool waiting_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool pumping_ ABSL_GUARDED_BY(mu_) = false;
  bool again_ ABSL_GUARDED_BY(mu_) = false;

  // Of the one who pumps.
  std::shared_ptr<LogTail> tail_;  // null once it is over
  ReadProgress progress_;
  Phase phase_ = Phase::kPage;
  bool behind_ = false;  // the last page was not all there was
  bool over_ = false;    // only error_ is left to tell
  TailView view_;
  absl::Status error_;
  std::optional<SteadyTime> ahead_until_;
  TimerQueue::TimerId timer_ = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_LOG_READER_IMPL_H_
