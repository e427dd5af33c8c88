#include "lib/runtime/conversation_watch.h"

namespace agent {

std::shared_ptr<ConversationWatch> ConversationWatch::Start(
    TimerQueue* timers, WatchConversation watch, std::string conversation_id,
    std::function<void()> look) {
  const bool wanted = watch != nullptr;
  std::shared_ptr<ConversationWatch> self(new ConversationWatch(
      std::move(watch), std::move(conversation_id), std::move(look)));
  if (wanted) {
    timers->After(kDelay, [weak = std::weak_ptr<ConversationWatch>(self)] {
      if (const auto watching = weak.lock()) watching->Listen();
    });
  }
  return self;
}

void ConversationWatch::Listen() {
  MutexLock lock(&mu_);
  if (!stopped_) listening_ = watch_(conversation_id_, look_);
}

void ConversationWatch::Stop() {
  std::shared_ptr<void> dropped;  // destroyed outside the lock
  MutexLock lock(&mu_);
  stopped_ = true;
  dropped.swap(listening_);
}

}  // namespace agent
