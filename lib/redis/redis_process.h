// A redis-server child process: started, signalled, waited for.
#ifndef AGENT_LIB_REDIS_REDIS_PROCESS_H_
#define AGENT_LIB_REDIS_REDIS_PROCESS_H_

#include <sys/types.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace agent {

struct RedisProcessOptions {
  std::vector<std::string> args;  // after "redis-server"
  std::string output_path;        // its standard output and error; appended to
  // Handed to the child, for example so that it holds a lock; -1: none. All
  // other descriptors above standard error are closed in it.
  int inherited_fd = -1;
  // What the child gets when the thread that started it ends.
  int parent_death_signal = SIGTERM;
};

// The child is signalled when the *thread* that started it ends, however that
// comes about: start it on the main thread, or one that lives as long.
// Thread-compatible. Destroying it stops the child in order and waits for it.
class RedisProcess {
 public:
  // FAILED_PRECONDITION: redis-server is not installed; INTERNAL: no fork.
  static absl::StatusOr<std::unique_ptr<RedisProcess>> Start(
      const RedisProcessOptions& options);

  RedisProcess(const RedisProcess&) = delete;
  RedisProcess& operator=(const RedisProcess&) = delete;
  ~RedisProcess();

  pid_t pid() const { return pid_; }
  bool Running();
  // Does nothing once the child has ended.
  void Signal(int signal) const;
  // False when it had not ended by then.
  bool WaitForEnd(absl::Duration timeout);

 private:
  explicit RedisProcess(pid_t pid) : pid_(pid) {}

  const pid_t pid_;
  bool ended_ = false;
};

enum class RedisAnswer { kPong, kLoading, kNone };

// One PING over a connection of its own; blocks for at most `timeout`.
RedisAnswer PingUnixSocket(const std::string& path, absl::Duration timeout);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_PROCESS_H_
