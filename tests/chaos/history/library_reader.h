// A reader through our own client library, which does the resuming by itself.
#ifndef AGENT_TESTS_CHAOS_HISTORY_LIBRARY_READER_H_
#define AGENT_TESTS_CHAOS_HISTORY_LIBRARY_READER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "agent/client/resumable_stream.h"
#include "lib/base/timer_queue.h"
#include "tests/chaos/history/chance.h"
#include "tests/chaos/history/event.h"
#include "tests/chaos/history/run_text.h"
#include "tests/chaos/history/scene.h"

namespace agent::chaos {

// Reads one run at one node, leaves in the middle and comes back. Used by one
// thread.
class LibraryReader {
 public:
  // Both must outlive it.
  LibraryReader(Scene* scene, TimerQueue* timers, std::string name,
                std::string run, absl::Duration mean_stay, uint64_t seed);

  // Until the run's end; or until all is stopped.
  void Read();

 private:
  void OpenStream(const std::string& cursor);
  void NewCall(const std::string& cursor);
  void EndCall(const absl::Status& status, Leave leave);
  void Take(const v1::ResponseChunk& message);
  // Whether to go on.
  bool AfterFailure(const absl::Status& status);
  void CheckText();

  Scene& scene_;
  TimerQueue& timers_;
  const std::string name_;
  const std::string run_;
  const absl::Duration mean_stay_;
  Chance chance_;

  int node_ = 0;
  int64_t call_ = 0;
  int surprises_ = 0;
  RunText text_;
  std::shared_ptr<client::ResumableStream> stream_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_LIBRARY_READER_H_
