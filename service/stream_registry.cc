#include "service/stream_registry.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/error.h"
#include "service/status_mapping.h"

namespace agent {
namespace {

// How long a stream that was ended may take to be gone: its client must only
// take the status, and one that does not is cut by the server's shutdown.
constexpr absl::Duration kFarewell = absl::Seconds(1);

absl::Status StreamLimit() {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   "too many open streams",
                   {.reason = reason::kStreamLimit,
                    .metadata = {},
                    .retry_after = absl::Seconds(1)});
}

}  // namespace

absl::StatusOr<uint64_t> StreamRegistry::Add(std::weak_ptr<OpenStream> stream) {
  MutexLock lock(&mu_);
  if (draining_) return DrainingError();
  if (static_cast<int64_t>(streams_.size()) >= max_streams_) {
    return StreamLimit();
  }
  const uint64_t ticket = next_ticket_++;
  streams_.emplace(ticket, std::move(stream));
  return ticket;
}

void StreamRegistry::Remove(uint64_t ticket) {
  MutexLock lock(&mu_);
  streams_.erase(ticket);
  if (streams_.empty()) emptied_.NotifyAll();
}

void StreamRegistry::Drain(absl::Duration patience) {
  {
    MutexLock lock(&mu_);
    draining_ = true;
  }
  DrainThose(/*endless_only=*/true);
  if (AwaitEmpty(patience)) return;
  DrainThose(/*endless_only=*/false);
  AwaitEmpty(kFarewell);
}

int64_t StreamRegistry::size() const {
  MutexLock lock(&mu_);
  return static_cast<int64_t>(streams_.size());
}

bool StreamRegistry::AwaitEmpty(absl::Duration patience) {
  const SteadyTime deadline =
      std::chrono::steady_clock::now() +
      ToChrono(std::max(patience, absl::ZeroDuration()));
  MutexLock lock(&mu_);
  while (!streams_.empty()) {
    if (!emptied_.WaitUntil(&mu_, deadline)) return streams_.empty();
  }
  return true;
}

void StreamRegistry::DrainThose(bool endless_only) {
  std::vector<std::shared_ptr<OpenStream>> streams;
  {
    MutexLock lock(&mu_);
    for (const auto& [ticket, weak] : streams_) {
      if (auto stream = weak.lock(); stream != nullptr) {
        streams.push_back(std::move(stream));
      }
    }
  }
  for (const auto& stream : streams) {
    if (!endless_only || stream->endless()) stream->Drain();
  }
}

}  // namespace agent
