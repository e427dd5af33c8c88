#include "lib/redis/redis_loop.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/base/logging.h"

namespace agent {
namespace {

constexpr Backoff::Options kReconnectBackoff = {
    .initial = absl::Milliseconds(50), .max = absl::Seconds(2)};
// A wait without anything to do ends after this, only to begin again.
constexpr std::chrono::seconds kMaxWait{60};

// The loop whose OnReply runs on this thread.
thread_local const RedisLoop* replying = nullptr;

SteadyTime Now() { return std::chrono::steady_clock::now(); }

timespec TimeLeft(SteadyTime until) {
  const auto left = std::clamp<std::chrono::nanoseconds>(
      until - Now(), std::chrono::nanoseconds(0), kMaxWait);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  return {.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
}

}  // namespace

RedisLoop::RedisLoop(RedisOptions options, Handler* handler)
    : options_(std::move(options)),
      handler_(handler),
      backoff_(kReconnectBackoff),
      dial_at_(Now()),
      dialer_(&options_, &waker_) {}

void RedisLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void RedisLoop::Stop() {
  stopping_ = true;
  waker_.Wake();
  if (thread_.joinable()) thread_.join();
}

void RedisLoop::Run() {
  BlockSignalsInThisThread();
  while (true) {
    waker_.BeginTurn(std::exchange(woken_, false));
    if (stopping_) break;
    TakeDialed(Now());
    Dial(Now());
    SteadyTime until = handler_->OnTurn(connection_.get(), Now());
    if (connection_ != nullptr) DropIfBroken(connection_->Write());
    if (connection_ == nullptr && !dialer_.dialing()) {
      until = std::min(until, dial_at_);
    }
    Wait(until);
    if (readable_) Receive();
  }
  handler_->OnStop();
}

void RedisLoop::Dial(SteadyTime now) {
  if (connection_ != nullptr || dialer_.dialing() || now < dial_at_) return;
  dialer_.Start();
}

void RedisLoop::TakeDialed(SteadyTime now) {
  if (!dialer_.dialing()) return;
  auto result = dialer_.Take();
  if (!result.has_value()) return;
  if (result->ok()) {
    Adopt(**std::move(result));
    return;
  }
  dial_at_ = now + ToChrono(backoff_.Next());
  const LogFields fields = {{"address", Redacted(options_.address)},
                            {"client", options_.client_name},
                            {"error", result->status()}};
  // Once for each outage; the tries that follow are for those who look closer.
  if (std::exchange(failure_logged_, true)) {
    LogDebug("redis still cannot be reached", fields);
  } else {
    LogWarning("redis cannot be reached", fields);
  }
  handler_->OnConnectFailed(result->status());
}

void RedisLoop::Adopt(std::unique_ptr<RedisConnection> connection) {
  connection_ = std::move(connection);
  failure_logged_ = false;
  reconnect_why_.clear();
  const std::string& history = connection_->history();
  const bool restarted =
      !last_history_.empty() && !history.empty() && history != last_history_;
  if (!history.empty()) last_history_ = history;
  LogInfo("redis connected", {{"address", Redacted(options_.address)},
                              {"client", options_.client_name},
                              {"restarted", restarted ? "true" : "false"}});
  handler_->OnConnected(restarted);
}

void RedisLoop::Wait(SteadyTime until) {
  if (!waker_.MaySleep()) until = SteadyTime();
  pollfd entries[2] = {{waker_.fd(), POLLIN, 0}, {-1, POLLIN, 0}};
  if (connection_ != nullptr) {
    entries[1].fd = connection_->fd();
    if (connection_->HasUnwritten()) entries[1].events |= POLLOUT;
  }
  const timespec left = TimeLeft(until);
  const int ready = ppoll(entries, 2, &left, nullptr);
  waker_.Awake();
  woken_ = ready > 0 && entries[0].revents != 0;
  readable_ = ready > 0 && (entries[1].revents & (POLLIN | POLLHUP | POLLERR));
}

void RedisLoop::Receive() {
  absl::Status status = connection_->Read();
  // What arrived before the end still counts.
  const SteadyTime now = Now();
  while (true) {
    auto reply = connection_->Next();
    if (!reply.ok()) status = reply.status();
    if (!reply.ok() || !reply->has_value()) break;
    replying = this;
    handler_->OnReply(**std::move(reply), now);
    replying = nullptr;
  }
  DropIfBroken(status);
}

bool RedisLoop::TurnNow() {
  if (replying != this) return false;
  handler_->OnTurn(connection_.get(), Now());
  connection_->Write().IgnoreError();  // the next one fails as well
  return true;
}

void RedisLoop::DropIfBroken(const absl::Status& status) {
  if (status.ok() && reconnect_why_.empty()) return;
  LogWarning(
      "redis connection lost",
      {{"address", Redacted(options_.address)},
       {"client", options_.client_name},
       {"why", reconnect_why_.empty() ? status.ToString() : reconnect_why_}});
  reconnect_why_.clear();
  dial_at_ = Now() + ToChrono(backoff_.Next());
  handler_->OnDisconnected(*connection_);
  connection_.reset();
}

}  // namespace agent
