#include "lib/log/tail_registry.h"

#include <algorithm>

namespace agent {
namespace {

// A wake-up may overtake the acknowledgement of the append that it tells of;
// after one to two of these it is taken for another process's.
constexpr absl::Duration kStoreGrace = absl::Milliseconds(10);

}  // namespace

void TailRegistry::OnFirst(std::function<void()> poll,
                           std::function<void()> poll_often) {
  poll_ = std::move(poll);
  poll_often_ = std::move(poll_often);
}

std::shared_ptr<LogTail> TailRegistry::Attach(
    std::string_view conversation_id) {
  std::string id(conversation_id);
  std::shared_ptr<LogTail> tail;
  {
    MutexLock lock(&mu_);
    // A tail that is just being destroyed leaves its watch to this one.
    Entry& entry = tails_[id];
    tail = entry.tail.lock();
    if (tail != nullptr) return tail;
    tail = LogTail::Create(id, log_, timers_, limits_, weak_from_this());
    entry.tail = tail;
    often_.erase(id);
  }
  poll_();
  return tail;
}

std::shared_ptr<LogTail> TailRegistry::Find(std::string_view conversation_id) {
  const std::string id(conversation_id);
  MutexLock lock(&mu_);
  const auto found = tails_.find(id);
  return found == tails_.end() ? nullptr : found->second.tail.lock();
}

std::vector<std::shared_ptr<LogTail>> TailRegistry::All() {
  std::vector<std::shared_ptr<LogTail>> all;
  MutexLock lock(&mu_);
  all.reserve(tails_.size());
  for (const auto& [id, entry] : tails_) {
    if (auto tail = entry.tail.lock()) all.push_back(std::move(tail));
  }
  return all;
}

std::vector<std::string> TailRegistry::Ids() {
  std::vector<std::string> ids;
  MutexLock lock(&mu_);
  ids.reserve(tails_.size());
  for (const auto& [id, entry] : tails_) ids.push_back(id);
  return ids;
}

std::vector<std::string> TailRegistry::OftenIds() {
  MutexLock lock(&mu_);
  return {often_.begin(), often_.end()};
}

void TailRegistry::Close() {
  MutexLock lock(&mu_);
  wakes_ = nullptr;
  while (applying_) applied_.Wait(&mu_);
}

void TailRegistry::LookOften(const std::string& conversation_id, bool often) {
  {
    MutexLock lock(&mu_);
    if (!often) {
      often_.erase(conversation_id);
      return;
    }
    if (tails_.find(conversation_id) == tails_.end()) return;
    often_.insert(conversation_id);
  }
  poll_often_();
}

void TailRegistry::Listen(const std::string& conversation_id) {
  {
    MutexLock lock(&mu_);
    const auto found = tails_.find(conversation_id);
    if (found == tails_.end() || found->second.watched) return;
    found->second.watched = true;
    ChangeWatchLocked(conversation_id, true);
  }
  ApplyWatches();
}

void TailRegistry::Forget(const std::string& conversation_id) {
  {
    MutexLock lock(&mu_);
    const auto found = tails_.find(conversation_id);
    if (found == tails_.end() || !found->second.tail.expired()) return;
    const bool watched = found->second.watched;
    tails_.erase(found);
    often_.erase(conversation_id);
    if (!watched) return;
    ChangeWatchLocked(conversation_id, false);
  }
  ApplyWatches();
}

void TailRegistry::ChangeWatchLocked(std::string conversation_id, bool watch) {
  watches_.emplace_back(std::move(conversation_id), watch);
}

void TailRegistry::ApplyWatches() {
  while (true) {
    std::pair<std::string, bool> change;
    WakeSource* wakes = nullptr;
    {
      MutexLock lock(&mu_);
      if (applying_ || watches_.empty()) return;
      change = std::move(watches_.front());
      watches_.pop_front();
      wakes = wakes_;
      applying_ = true;
    }
    if (wakes != nullptr && change.second) wakes->Watch(change.first);
    if (wakes != nullptr && !change.second) wakes->Unwatch(change.first);
    MutexLock lock(&mu_);
    applying_ = false;
    applied_.NotifyAll();
  }
}

void TailRegistry::CheckSoon(const std::shared_ptr<LogTail>& tail,
                             int64_t number) {
  {
    MutexLock lock(&mu_);
    const auto [check, unused] =
        new_checks_.try_emplace(tail.get(), Check{tail, number});
    check->second.number = std::max(check->second.number, number);
    if (checking_) return;
    checking_ = true;
  }
  ArmChecks();
}

void TailRegistry::ArmChecks() {
  timers_->After(kStoreGrace, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->RunChecks();
  });
}

void TailRegistry::RunChecks() {
  Checks due;
  bool more = false;
  {
    MutexLock lock(&mu_);
    due.swap(old_checks_);
    old_checks_.swap(new_checks_);
    more = !old_checks_.empty();
    checking_ = more;
  }
  for (const auto& [unused, check] : due) {
    if (const auto tail = check.tail.lock()) tail->CheckStored(check.number);
  }
  if (more) ArmChecks();
}

}  // namespace agent
