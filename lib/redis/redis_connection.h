// An open connection to Redis, ready for commands: hiredis' synchronous context
// used without blocking (its asynchronous one aborts in ordinary sequences).
#ifndef AGENT_LIB_REDIS_REDIS_CONNECTION_H_
#define AGENT_LIB_REDIS_REDIS_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/redis/reply.h"
#include "lib/redis/reply_memory.h"

struct redisContext;

namespace agent {

struct RedisContextDeleter {
  void operator()(redisContext* context) const;
};
using RedisContextPtr = std::unique_ptr<redisContext, RedisContextDeleter>;

// hiredis writes to closed sockets without MSG_NOSIGNAL: a thread that uses
// connections blocks SIGPIPE, and all other signals, which are main's.
void BlockSignalsInThisThread();

// Belongs to one thread. Any error is final: close it.
class RedisConnection {
 public:
  // `context` is connected, authenticated and not blocking.
  RedisConnection(RedisContextPtr context, std::string history);
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  int fd() const;
  // Names what the Redis at the other end holds: another one after a restart,
  // at another Redis, or once it took over another's data. "" where it may not
  // be asked.
  const std::string& history() const { return history_; }

  // Adds an encoded command to what is to be written.
  void Append(std::string_view wire);
  // Counts bytes since the connection was made.
  uint64_t appended() const { return appended_; }
  uint64_t written() const;
  bool HasUnwritten() const { return written() < appended_; }

  // As much as goes without waiting.
  absl::Status Write();
  absl::Status Read();
  // The next whole reply of what was read, if there is one.
  absl::StatusOr<std::optional<Reply>> Next();

 private:
  absl::Status Error() const;

  std::shared_ptr<ReplyMemory> next_reply_ = std::make_shared<ReplyMemory>();
  RedisContextPtr context_;
  std::string history_;
  uint64_t appended_ = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_CONNECTION_H_
