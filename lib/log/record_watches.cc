#include "lib/log/record_watches.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace agent {

class RecordWatches::Guard {
 public:
  Guard(std::weak_ptr<RecordWatches> watches, std::string conversation_id,
        Look look)
      : watches_(std::move(watches)),
        conversation_id_(std::move(conversation_id)),
        look_(std::move(look)) {}
  ~Guard() {
    const auto watches = watches_.lock();
    if (watches != nullptr) watches->Remove(conversation_id_, look_);
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  const std::weak_ptr<RecordWatches> watches_;
  const std::string conversation_id_;
  const Look look_;
};

std::shared_ptr<void> RecordWatches::Watch(std::string_view conversation_id,
                                           std::function<void()> look) {
  std::string id(conversation_id);
  auto kept = std::make_shared<const std::function<void()>>(std::move(look));
  {
    MutexLock lock(&mu_);
    looks_.emplace(id, kept);
  }
  ChangeWatch(id, true);
  return std::make_shared<Guard>(weak_from_this(), std::move(id),
                                 std::move(kept));
}

void RecordWatches::Remove(const std::string& conversation_id,
                           const Look& look) {
  {
    MutexLock lock(&mu_);
    const auto [first, last] = looks_.equal_range(conversation_id);
    const auto found = std::find_if(
        first, last, [&](const auto& entry) { return entry.second == look; });
    if (found == last) return;
    looks_.erase(found);
  }
  ChangeWatch(conversation_id, false);
}

void RecordWatches::ChangeWatch(const std::string& conversation_id,
                                bool watch) {
  MutexLock lock(&source_mu_);
  if (wakes_ == nullptr) return;
  if (watch) {
    wakes_->Watch(conversation_id);
  } else {
    wakes_->Unwatch(conversation_id);
  }
}

void RecordWatches::Tell(std::string_view conversation_id) {
  std::vector<Look> looks;
  {
    MutexLock lock(&mu_);
    const auto [first, last] = looks_.equal_range(std::string(conversation_id));
    for (auto it = first; it != last; ++it) looks.push_back(it->second);
  }
  for (const Look& look : looks) (*look)();
}

void RecordWatches::Close() {
  MutexLock lock(&source_mu_);
  wakes_ = nullptr;
}

}  // namespace agent
