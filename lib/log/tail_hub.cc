#include "lib/log/tail_hub.h"

#include <utility>

#include "lib/log/log_tail.h"
#include "lib/log/position_poll.h"
#include "lib/log/record_watches.h"
#include "lib/log/tail_registry.h"

namespace agent {
namespace {

class TailHubImpl final : public TailHub {
 public:
  TailHubImpl(ResponseLog* log, WakeSource* wakes, TimerQueue* timers,
              TailLimits limits)
      : wakes_(wakes),
        registry_(std::make_shared<TailRegistry>(log, wakes, timers, limits)),
        watches_(std::make_shared<RecordWatches>(wakes)) {
    const auto found = [weak = std::weak_ptr<TailRegistry>(registry_)](
                           const std::string& id, const LogPosition& position) {
      const auto registry = weak.lock();
      const auto tail = registry == nullptr ? nullptr : registry->Find(id);
      if (tail != nullptr) tail->OnPosition(position);
    };
    poll_ = std::make_shared<PositionPoll>(log, timers, limits.poll_interval,
                                           Lister(&TailRegistry::Ids), found);
    poll_often_ = std::make_shared<PositionPoll>(
        log, timers, limits.foreign_poll_interval,
        Lister(&TailRegistry::OftenIds), found);
    registry_->OnFirst([poll = poll_] { poll->Wake(); },
                       [poll = poll_often_] { poll->Wake(); });
    wakes_->SetListener(this);
  }

  ~TailHubImpl() override {
    wakes_->SetListener(nullptr);
    registry_->Close();
    watches_->Close();
  }

  void OnStored(std::string_view conversation_id,
                std::vector<ChunkPtr> chunks) override {
    const auto tail = registry_->Find(conversation_id);
    if (tail != nullptr) tail->OnStored(chunks);
  }

  void OnWake(std::string_view conversation_id, int64_t number) override {
    const auto tail = registry_->Find(conversation_id);
    if (tail != nullptr) tail->OnWake(number);
    if (number == 0) watches_->Tell(conversation_id);
  }

  void OnWatching(std::string_view conversation_id) override {
    const auto tail = registry_->Find(conversation_id);
    if (tail != nullptr) tail->OnWatching();
    watches_->Tell(conversation_id);
  }

  void OnReset() override {
    for (const auto& tail : registry_->All()) tail->OnReset();
  }

  std::shared_ptr<LogTail> Attach(std::string_view conversation_id) override {
    return registry_->Attach(conversation_id);
  }

  std::shared_ptr<void> WatchRecord(std::string_view conversation_id,
                                    std::function<void()> look) override {
    return watches_->Watch(conversation_id, std::move(look));
  }

 private:
  PositionPoll::List Lister(
      std::vector<std::string> (TailRegistry::*list)()) const {
    return [weak = std::weak_ptr<TailRegistry>(registry_), list] {
      const auto registry = weak.lock();
      return registry == nullptr ? std::vector<std::string>()
                                 : ((*registry).*list)();
    };
  }

  WakeSource* const wakes_;
  const std::shared_ptr<TailRegistry> registry_;
  const std::shared_ptr<RecordWatches> watches_;
  std::shared_ptr<PositionPoll> poll_;
  std::shared_ptr<PositionPoll> poll_often_;
};

}  // namespace

std::unique_ptr<TailHub> TailHub::Create(ResponseLog* log, WakeSource* wakes,
                                         TimerQueue* timers,
                                         TailLimits limits) {
  return std::make_unique<TailHubImpl>(log, wakes, timers, limits);
}

}  // namespace agent
