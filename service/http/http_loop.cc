#include "service/http/http_loop.h"

#include <event2/event.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "lib/base/callback.h"
#include "lib/base/logging.h"

namespace agent {
namespace {

// libevent is about to end the process over an error of ours or its own.
void OnFatal(int error) {
  LogError("libevent gives up", {{"error", error}});
  std::abort();
}

event_base* NewBase() {
  event_set_log_callback([](int severity, const char* message) {
    LogDebug("libevent", {{"severity", severity}, {"message", message}});
  });
  event_set_fatal_callback(OnFatal);
  return event_base_new();
}

timeval FromNow(absl::Duration delay) {
  return absl::ToTimeval(std::max(delay, absl::ZeroDuration()));
}

}  // namespace

HttpLoop::HttpLoop()
    : base_(NewBase()), wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  wake_ = event_new(base_, wake_fd_, EV_READ | EV_PERSIST, OnWake, this);
  event_add(wake_, nullptr);
  thread_ = std::thread([this] { Loop(); });
}

HttpLoop::~HttpLoop() {
  Stop();
  event_free(wake_);
  event_base_free(base_);
  close(wake_fd_);
}

void HttpLoop::Loop() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY);
}

void HttpLoop::Wake() const {
  const uint64_t one = 1;
  // A full counter wakes too.
  (void)!write(wake_fd_, &one, sizeof(one));
}

void HttpLoop::Post(Function function) {
  {
    MutexLock lock(&mu_);
    if (stopping_) return;
    posted_.push_back(std::move(function));
  }
  Wake();
}

void HttpLoop::Run(Function function) {
  (void)AwaitStatus([&](StatusCallback done) {
    Post([&function, done = std::move(done)]() mutable {
      std::move(function)();
      std::move(done)(absl::OkStatus());
    });
  });
}

void HttpLoop::Stop() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
  }
  Wake();
  if (thread_.joinable()) thread_.join();
  std::vector<Function> dropped;
  MutexLock lock(&mu_);
  dropped.swap(posted_);
}

void HttpLoop::OnWake(int fd, short /*what*/, void* self) {
  uint64_t count = 0;
  (void)!read(fd, &count, sizeof(count));
  static_cast<HttpLoop*>(self)->RunPosted();
}

void HttpLoop::RunPosted() {
  std::vector<Function> functions;
  bool stopping = false;
  {
    MutexLock lock(&mu_);
    functions.swap(posted_);
    stopping = stopping_;
  }
  for (Function& function : functions) std::move(function)();
  if (stopping) event_base_loopbreak(base_);
}

LoopTimer::LoopTimer(HttpLoop* loop, Function function)
    : function_(std::make_shared<Function>(std::move(function))),
      event_(evtimer_new(loop->base(), OnDue, this)) {}

LoopTimer::~LoopTimer() { event_free(event_); }

void LoopTimer::Start(absl::Duration delay) {
  const timeval after = FromNow(delay);
  evtimer_add(event_, &after);
}

void LoopTimer::Hasten() { event_active(event_, EV_TIMEOUT, 0); }

void LoopTimer::Stop() { evtimer_del(event_); }

void LoopTimer::OnDue(int /*fd*/, short /*what*/, void* self) {
  const auto function = static_cast<LoopTimer*>(self)->function_;
  (*function)();
}

}  // namespace agent
