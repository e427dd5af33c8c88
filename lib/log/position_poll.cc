#include "lib/log/position_poll.h"

#include <algorithm>

#include "lib/base/random.h"

namespace agent {

void PositionPoll::Wake() {
  {
    MutexLock lock(&mu_);
    if (awake_) return;
    awake_ = true;
  }
  Arm();
}

void PositionPoll::Arm() {
  // Jitter: the processes of a deployment do not look all at once.
  const absl::Duration delay = interval_ * (0.75 + 0.5 * RandomFraction());
  timers_->After(delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Look();
  });
}

void PositionPoll::Look() {
  auto ids = std::make_shared<const std::vector<std::string>>(list_());
  if (ids->empty()) {
    {
      MutexLock lock(&mu_);
      awake_ = false;
    }
    // Whoever came between found it awake.
    if (!list_().empty()) Wake();
    return;
  }
  ReadSlice(ids, 0);
}

void PositionPoll::ReadSlice(const Ids& ids, size_t begin) {
  if (begin >= ids->size()) return Arm();
  const size_t end = std::min(begin + kMaxPositions, ids->size());
  std::vector<std::string> slice(ids->begin() + static_cast<ptrdiff_t>(begin),
                                 ids->begin() + static_cast<ptrdiff_t>(end));
  log_->ReadPositions(
      std::move(slice),
      [weak = weak_from_this(), ids, begin,
       end](absl::StatusOr<std::vector<LogPosition>> positions) {
        const auto self = weak.lock();
        if (self == nullptr) return;
        // What cannot be read now is looked at next time.
        if (!positions.ok()) return self->Arm();
        for (size_t i = 0; i < positions->size() && begin + i < end; ++i) {
          self->found_((*ids)[begin + i], (*positions)[i]);
        }
        self->ReadSlice(ids, end);
      });
}

}  // namespace agent
