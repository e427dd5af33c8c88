// The one thread on which everything of HTTP happens: a libevent loop, and a
// way onto it from other threads.
#ifndef AGENT_SERVICE_HTTP_HTTP_LOOP_H_
#define AGENT_SERVICE_HTTP_HTTP_LOOP_H_

#include <memory>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "lib/base/mutex.h"

struct event;
struct event_base;

namespace agent {

// Post, Run and Stop are thread-safe; the rest is for the loop's thread. No
// signal is delivered on that thread, SIGPIPE least of all.
class HttpLoop {
 public:
  using Function = absl::AnyInvocable<void() &&>;

  HttpLoop();
  ~HttpLoop();
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  // Calls `function` soon, on the loop. Once the loop has stopped it is dropped
  // instead. What waits is bounded by what calls: a request has at most one.
  void Post(Function function);

  // Calls it on the loop and waits for its end. Not from the loop, and not
  // after Stop.
  void Run(Function function);

  // Drops what was posted and ends the thread. Repeating it is harmless.
  void Stop();

  event_base* base() const { return base_; }

 private:
  static void OnWake(int fd, short what, void* self);
  void RunPosted();
  void Loop();
  void Wake() const;

  event_base* base_ = nullptr;
  event* wake_ = nullptr;
  int wake_fd_ = -1;
  Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<Function> posted_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;  // last: it uses all of the above
};

// One function that the loop calls later. Loop thread only, its destructor
// too. The function may start it again, and may destroy it.
class LoopTimer {
 public:
  using Function = absl::AnyInvocable<void()>;

  LoopTimer(HttpLoop* loop, Function function);
  ~LoopTimer();
  LoopTimer(const LoopTimer&) = delete;
  LoopTimer& operator=(const LoopTimer&) = delete;

  // From now; what was set before is forgotten.
  void Start(absl::Duration delay);
  // Once the loop has done what it is doing, before it looks at any socket.
  void Hasten();
  void Stop();

 private:
  static void OnDue(int fd, short what, void* self);

  std::shared_ptr<Function> function_;  // lives on while it runs
  event* event_ = nullptr;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HTTP_LOOP_H_
