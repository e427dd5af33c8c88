// Lets a run hear what happens to its conversation elsewhere, such as its
// cancellation, before its next heartbeat.
#ifndef AGENT_LIB_RUNTIME_CONVERSATION_WATCH_H_
#define AGENT_LIB_RUNTIME_CONVERSATION_WATCH_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "lib/base/mutex.h"
#include "lib/base/timer_queue.h"
#include "lib/runtime/worker.h"

namespace agent {

// Thread-safe.
class ConversationWatch
    : public std::enable_shared_from_this<ConversationWatch> {
 public:
  // Short runs, of which there may be thousands a second, are over before they
  // begin to listen, and cost the store nothing.
  static constexpr absl::Duration kDelay = absl::Milliseconds(200);

  // `watch` may be empty; else it is called, and told of `look`, after kDelay.
  static std::shared_ptr<ConversationWatch> Start(TimerQueue* timers,
                                                  WatchConversation watch,
                                                  std::string conversation_id,
                                                  std::function<void()> look);

  // `watch` is not called any more, and what it returned is dropped.
  void Stop();

 private:
  ConversationWatch(WatchConversation watch, std::string conversation_id,
                    std::function<void()> look)
      : watch_(std::move(watch)),
        conversation_id_(std::move(conversation_id)),
        look_(std::move(look)) {}
  void Listen();

  const WatchConversation watch_;
  const std::string conversation_id_;
  const std::function<void()> look_;
  Mutex mu_;  // held while `watch` is called
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::shared_ptr<void> listening_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_CONVERSATION_WATCH_H_
