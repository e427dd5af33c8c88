// One connection to Redis and the thread that owns it: pipelines by itself,
// reconnects by itself with jittered back-off, gives every command a deadline.
#ifndef AGENT_LIB_REDIS_REDIS_CLIENT_H_
#define AGENT_LIB_REDIS_REDIS_CLIENT_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "lib/base/callback.h"
#include "lib/redis/redis_options.h"
#include "lib/redis/reply.h"

namespace agent {

// Arguments with lengths: no text is ever pasted into a format.
using RedisCommand = std::vector<std::string>;

// A Lua script and its SHA-1, by which Redis knows it. Constant for the
// process's life.
class LuaScript {
 public:
  LuaScript(std::string name, std::string source);
  const std::string& name() const { return name_; }
  const std::string& source() const { return source_; }
  const std::string& digest() const { return digest_; }

 private:
  std::string name_;
  std::string source_;
  std::string digest_;
};

// What happened to the connection; on the client's thread.
struct RedisConnectionEvent {
  enum class Kind { kConnected, kDisconnected };
  Kind kind = Kind::kConnected;
  // Of kConnected: what Redis holds has another history than the last
  // connection's (it was restarted, is another one, or took over another's
  // data). False on the first connection.
  bool restarted = false;
};

// Thread-safe. Callbacks run on the client's thread, exactly once each, in the
// order of the replies, and must not block. Destroying it answers what is
// pending with UNAVAILABLE and joins the thread; never on a callback.
//
// Errors: UNAVAILABLE (StoreUnavailable; connection lost, deadline passed, or
// LOADING, BUSY, READONLY, MASTERDOWN, NOREPLICAS that did not pass before the
// deadline: what was sent may have been executed; also when our own queue is
// full), RESOURCE_EXHAUSTED STORE_FULL (OOM), INTERNAL (any other error reply).
// A command that was never written is kept across reconnections until its
// deadline; one that was written and not answered fails at once with the
// connection.
class RedisClient {
 public:
  // Does not wait for the connection. `on_event` may be null.
  static std::unique_ptr<RedisClient> Start(
      RedisOptions options,
      absl::AnyInvocable<void(const RedisConnectionEvent&)> on_event);

  virtual ~RedisClient() = default;

  // `timeout`: the options' command_timeout if absent. A blocking command needs
  // one longer than its own.
  virtual void Send(RedisCommand command, Callback<Reply> done) = 0;
  virtual void SendWithTimeout(RedisCommand command, absl::Duration timeout,
                               Callback<Reply> done) = 0;

  // EVALSHA; on NOSCRIPT the script is loaded and the call repeated, unseen.
  virtual void Run(const LuaScript& script, std::vector<std::string> keys,
                   std::vector<std::string> args, Callback<Reply> done) = 0;
  // ... within `timeout`, if that is less than the options' command_timeout.
  virtual void RunWithTimeout(const LuaScript& script,
                              std::vector<std::string> keys,
                              std::vector<std::string> args,
                              absl::Duration timeout, Callback<Reply> done) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_CLIENT_H_
