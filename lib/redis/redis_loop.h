// The event loop under RedisClient and RedisSubscriber: one thread that keeps
// one connection, reads and writes it, and makes it anew when it breaks.
#ifndef AGENT_LIB_REDIS_REDIS_LOOP_H_
#define AGENT_LIB_REDIS_REDIS_LOOP_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/redis/redis_connection.h"
#include "lib/redis/redis_dialer.h"
#include "lib/redis/redis_options.h"
#include "lib/redis/waker.h"

namespace agent {

class RedisLoop {
 public:
  // All on the loop's thread.
  class Handler {
   public:
    virtual ~Handler() = default;
    // `restarted`: its history differs from the last connection's.
    virtual void OnConnected(bool restarted) = 0;
    // Before `lost` goes: what was written on it and not answered is unknown.
    virtual void OnDisconnected(const RedisConnection& lost) = 0;
    virtual void OnConnectFailed(const absl::Status& why) = 0;
    // Once before each wait: append what there is to send. `connection` is
    // null while there is none. Returns when to be called again at the latest.
    virtual SteadyTime OnTurn(RedisConnection* connection, SteadyTime now) = 0;
    virtual void OnReply(Reply reply, SteadyTime now) = 0;
    // The last call.
    virtual void OnStop() = 0;
  };

  // `handler` outlives it. Nothing happens before Start.
  RedisLoop(RedisOptions options, Handler* handler);
  ~RedisLoop() { Stop(); }
  RedisLoop(const RedisLoop&) = delete;
  RedisLoop& operator=(const RedisLoop&) = delete;

  void Start();
  // Ends and joins the thread; never on it.
  void Stop();

  // Any thread: there is something new for OnTurn.
  void Wake() { waker_.Wake(); }
  // Within OnReply, on its thread: a turn that is not waited for. Elsewhere
  // nothing, and false.
  bool TurnNow();

  // The loop's thread. Drops the connection at the end of the current step.
  void Reconnect(std::string why) { reconnect_why_ = std::move(why); }
  // The connection is good: the next break begins with short waits again.
  void NoteProgress() { backoff_.Reset(); }

 private:
  void Run();
  void Dial(SteadyTime now);
  void TakeDialed(SteadyTime now);
  void Adopt(std::unique_ptr<RedisConnection> connection);
  void Wait(SteadyTime until);
  void Receive();
  void DropIfBroken(const absl::Status& status);

  const RedisOptions options_;
  Handler* const handler_;
  Waker waker_;
  std::atomic<bool> stopping_{false};
  // The loop's thread's.
  Backoff backoff_;
  SteadyTime dial_at_;
  std::unique_ptr<RedisConnection> connection_;
  bool woken_ = false;
  bool readable_ = false;
  std::string reconnect_why_;
  std::string last_history_;
  bool failure_logged_ = false;
  RedisDialer dialer_;
  std::thread thread_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_LOOP_H_
