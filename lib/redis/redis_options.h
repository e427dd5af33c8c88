// Where a Redis is and how to talk to it.
#ifndef AGENT_LIB_REDIS_REDIS_OPTIONS_H_
#define AGENT_LIB_REDIS_REDIS_OPTIONS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace agent {

struct RedisAddress {
  std::string host;  // empty when unix_path is set
  int port = 6379;
  std::string unix_path;
  std::string user;
  std::string password;  // never logged
  int database = 0;
  bool tls = false;
};

struct RedisOptions {
  RedisAddress address;
  absl::Duration connect_timeout = absl::Seconds(5);
  // How long a command may take, waiting for a connection included.
  absl::Duration command_timeout = absl::Seconds(5);
  // Bounds on what waits to be sent or answered; beyond: UNAVAILABLE.
  size_t max_queued_commands = 65536;
  size_t max_queued_bytes = 64 << 20;
  // Written and not answered: enough to keep Redis busy, few enough that a
  // break leaves most of a long queue untouched.
  size_t max_in_flight = 2048;
  // What a reply's callback sends is written before the callback goes on, and
  // not with what other replies make others send: for few replies, of which
  // each takes a while to work on.
  bool write_at_once = false;
  std::string client_name = "agent-service";
};

// All forms of docs/configuration.md: `host:port`, `[v6]:port`,
// `redis://[user:password@]host[:port][/db]`, `rediss://…`, `unix:///path`,
// and `host:port,password=…,user=…,ssl=true,defaultDatabase=n`. Errors name the
// part that is wrong and never contain a password.
absl::StatusOr<RedisAddress> ParseRedisAddress(std::string_view text);

// FAILED_PRECONDITION, with one line for the operator: TLS is asked for, but
// this program was built with a hiredis that has none (below 1.0).
absl::Status CheckRedisAddressSupported(const RedisAddress& address);

// For logs: without user and password.
std::string Redacted(const RedisAddress& address);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_OPTIONS_H_
