#include "lib/log/page_flights.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace agent {
namespace {

// What a request gets at least, however little is left of the time it holds
// out.
constexpr absl::Duration kMinTimeout = absl::Milliseconds(500);

bool IsRetriable(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

}  // namespace

void PageFlights::Fetch(LogPageRequest request, absl::Duration hold,
                        Done done) {
  const Key key{
      request.conversation.principal, request.after,    request.run_id,
      request.want_newest_run,        request.from_run, request.entries_only > 0,
      hold};
  {
    MutexLock lock(&mu_);
    const auto [flight, is_new] = flights_.try_emplace(key);
    if (!is_new) {
      flight->second.waiting.push_back(std::move(done));
      return;
    }
    flight->second.request = std::move(request);
    flight->second.hold = hold;
    flight->second.began = std::chrono::steady_clock::now();
    flight->second.waiting.push_back(std::move(done));
  }
  Send(key);
}

void PageFlights::Send(const Key& key) {
  const TailStamp stamp = stamp_();
  LogPageRequest request;
  {
    MutexLock lock(&mu_);
    Flight& flight = flights_.at(key);
    for (Done& done : flight.waiting) flight.riding.push_back(std::move(done));
    flight.waiting.clear();
    flight.asked_at = stamp;
    request = flight.request;
    request.timeout = std::max(TimeLeft(flight), kMinTimeout);
  }
  // Without its tail nobody waits any more, and the timers may be gone.
  log_->ReadPage(std::move(request),
                 [weak = weak_from_this(), key](absl::StatusOr<LogPage> reply) {
                   if (const auto self = weak.lock())
                     self->OnReply(key, std::move(reply));
                 });
}

void PageFlights::OnReply(const Key& key, absl::StatusOr<LogPage> reply) {
  if (const auto delay = RetryDelay(key, reply.status())) {
    timers_->After(*delay, [weak = weak_from_this(), key] {
      if (const auto self = weak.lock()) self->Send(key);
    });
    return;
  }
  TailPage answer;
  if (reply.ok()) {
    answer.page = std::make_shared<const LogPage>(*std::move(reply));
  } else {
    answer.page = reply.status();
  }
  std::vector<Done> riders;
  bool again = false;
  {
    MutexLock lock(&mu_);
    Flight& flight = flights_.at(key);
    answer.asked_at = flight.asked_at;
    riders.swap(flight.riding);
    flight.backoff.Reset();
    flight.began = std::chrono::steady_clock::now();
    again = !flight.waiting.empty();
    if (!again) flights_.erase(key);
  }
  if (again) Send(key);
  for (Done& rider : riders) std::move(rider)(answer);
}

absl::Duration PageFlights::TimeLeft(const Flight& flight) {
  const auto spent = std::chrono::steady_clock::now() - flight.began;
  return flight.hold - absl::FromChrono(spent);
}

std::optional<absl::Duration> PageFlights::RetryDelay(
    const Key& key, const absl::Status& status) {
  if (!IsRetriable(status)) return std::nullopt;
  MutexLock lock(&mu_);
  Flight& flight = flights_.at(key);
  const absl::Duration left = TimeLeft(flight);
  if (left <= absl::ZeroDuration()) return std::nullopt;
  return std::min(flight.backoff.Next(), left);
}

}  // namespace agent
