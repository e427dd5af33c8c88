// The newest chunks of each conversation that someone in this process reads,
// and who waits for the next. Writing and reading meet in the log and here,
// nowhere else.
#ifndef AGENT_LIB_LOG_TAIL_HUB_H_
#define AGENT_LIB_LOG_TAIL_HUB_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/timer_queue.h"
#include "lib/log/chunk.h"
#include "lib/log/response_log.h"

namespace agent {

class LogTail;

struct TailLimits {
  // Kept per conversation, oldest dropped first; a reader farther behind pages
  // the log.
  size_t max_chunks = 2048;
  // Of the chunks themselves. What they are on the wire (lib/log/chunk.h,
  // `encoded`) comes on top, once for each that a reader was sent: its text
  // again, and the ids around it.
  size_t max_bytes = 1 << 20;
  // Looks at the log for lost wake-ups, and for writers that send none.
  absl::Duration poll_interval = absl::Seconds(30);
  absl::Duration foreign_poll_interval = absl::Milliseconds(500);
};

// Fed from two sides: by chunks this process appended, and by pages read after
// a wake-up, one request per position however many readers want it. A tail
// takes only the next number, and is emptied when wake-ups were lost or the
// store was restarted. A conversation without readers has none.
//
// Thread-safe; never blocks; calls readers with no lock held.
class TailHub : public WakeListener {
 public:
  // All must outlive the hub.
  static std::unique_ptr<TailHub> Create(ResponseLog* log, WakeSource* wakes,
                                         TimerQueue* timers, TailLimits limits);
  ~TailHub() override = default;

  // Chunks that this process appended and Redis acknowledged, in order.
  virtual void OnStored(std::string_view conversation_id,
                        std::vector<ChunkPtr> chunks) = 0;

  // For LogReader: the conversation's tail. Wake-ups are listened to from the
  // first wait at it, for as long as someone holds it.
  virtual std::shared_ptr<LogTail> Attach(std::string_view conversation_id) = 0;

  // For workers: calls `look`, which must not block, when something other than
  // the writing of entries happened to the conversation (a cancellation, an
  // admission, a deletion), until the result is dropped. A hint: it may be
  // missed, and may still be told once after that.
  virtual std::shared_ptr<void> WatchRecord(std::string_view conversation_id,
                                            std::function<void()> look) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_TAIL_HUB_H_
