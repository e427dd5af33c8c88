#include "lib/log/page_flights.h"

#include <optional>
#include <utility>

namespace agent {
namespace {

bool IsRetriable(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

}  // namespace

void PageFlights::Fetch(LogPageRequest request, absl::Duration hold,
                        Done done) {
  const Key key{
      request.conversation.principal, request.after,    request.run_id,
      request.want_newest_run,        request.from_run, hold};
  {
    MutexLock lock(&mu_);
    const auto [flight, is_new] = flights_.try_emplace(key);
    if (!is_new) {
      flight->second.waiting.push_back(std::move(done));
      return;
    }
    flight->second.request = std::move(request);
    flight->second.hold = hold;
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
    again = !flight.waiting.empty();
    if (!again) flights_.erase(key);
  }
  if (again) Send(key);
  for (Done& rider : riders) std::move(rider)(answer);
}

std::optional<absl::Duration> PageFlights::RetryDelay(
    const Key& key, const absl::Status& status) {
  if (!IsRetriable(status)) return std::nullopt;
  const SteadyTime now = std::chrono::steady_clock::now();
  MutexLock lock(&mu_);
  Flight& flight = flights_.at(key);
  if (flight.backoff.failures() == 0) flight.first_failure = now;
  if (now - flight.first_failure >= ToChrono(flight.hold)) return std::nullopt;
  return flight.backoff.Next();
}

}  // namespace agent
