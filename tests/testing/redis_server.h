// A private, real redis-server on a Unix socket in a temporary directory, with
// verbs for faults.
#ifndef AGENT_TESTS_TESTING_REDIS_SERVER_H_
#define AGENT_TESTS_TESTING_REDIS_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/redis/redis_options.h"
#include "lib/redis/redis_process.h"
#include "lib/redis/reply.h"

namespace agent::testing {

struct RedisServerOptions {
  bool append_only = false;  // everysec
  // Lines of redis.conf; later ones win: {"maxmemory 8mb", "port 7000"}.
  std::vector<std::string> config;
};

// What cannot start aborts the test program with the server's log. Create and
// restart it on the test's main thread: the server ends with the thread that
// started it, so that none outlives a test that crashed. Thread-compatible.
//
// The directory is removed at the end, unless AGENT_KEEP_TEST_DIRS is set.
class RedisServer {
 public:
  explicit RedisServer(RedisServerOptions options = {});
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer();

  const std::string& dir() const { return dir_; }
  std::string socket_path() const { return dir_ + "/redis.sock"; }
  RedisAddress address() const;
  pid_t pid() const { return process_->pid(); }
  // For the next Restart or Launch.
  RedisServerOptions& options() { return options_; }

  void Kill();  // SIGKILL
  void Stop();  // in order: what is in memory is written if persistence is on
  void Restart();  // with the same data; kills it first if it runs
  // As Restart, but does not wait until it answers (it may be LOADING).
  void Launch();
  void AwaitReady();

  void Pause();  // SIGSTOP
  void Resume();
  // Closes every other connection.
  void DropClients();

  // Over a connection of its own; blocks. A failure to get an answer is a
  // failure of the test and reads as nil.
  Reply Command(const std::vector<std::string>& args);

 private:
  struct Connection;  // hides hiredis

  void WriteConfig() const;

  RedisServerOptions options_;
  std::string dir_;
  std::unique_ptr<RedisProcess> process_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_TESTING_REDIS_SERVER_H_
