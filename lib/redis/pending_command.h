// A command on its way: encoded, with its deadline and who waits for it.
#ifndef AGENT_LIB_REDIS_PENDING_COMMAND_H_
#define AGENT_LIB_REDIS_PENDING_COMMAND_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "lib/base/callback.h"
#include "lib/base/clock.h"
#include "lib/redis/redis_client.h"

namespace agent {

// A command in Redis' protocol.
class EncodedCommand {
 public:
  EncodedCommand() = default;
  explicit EncodedCommand(const RedisCommand& command);

  std::string_view bytes() const { return bytes_; }

  // Of an EVALSHA: the EVAL that means the same, whatever Redis knows.
  EncodedCommand WithSource(const LuaScript& script) const;

 private:
  std::string bytes_;
};

// Bounds what waits to be sent or answered. Thread-safe.
class CommandBudget {
 public:
  CommandBudget(size_t max_commands, size_t max_bytes)
      : max_commands_(max_commands), max_bytes_(max_bytes) {}

  // False, and nothing is taken, if it would be exceeded.
  bool Take(size_t bytes);
  void Give(size_t bytes);

 private:
  const size_t max_commands_;
  const size_t max_bytes_;
  std::atomic<size_t> commands_{0};
  std::atomic<size_t> bytes_{0};
};

struct PendingCommand {
  EncodedCommand wire;
  size_t cost = 0;  // bytes of the budget that it holds
  // Empty once called, and of commands of the client's own.
  Callback<Reply> done;
  SteadyTime deadline;
  SteadyTime sent;
  // Of EVALSHA: what to load on NOSCRIPT. Of SCRIPT LOAD: what it loads.
  const LuaScript* script = nullptr;
  bool loads_script = false;
  int tries = 0;
  // Where its bytes begin in its connection's.
  uint64_t position = 0;
  // Not OK: answer with it, from the client's thread. Takes no budget.
  absl::Status refused;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_PENDING_COMMAND_H_
