// A TCP proxy in front of Redis that can be told to misbehave, for each of its
// listeners by itself.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_FAULT_PROXY_H_
#define AGENT_TESTS_CHAOS_CLUSTER_FAULT_PROXY_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/mutex.h"

namespace agent::chaos {

class ProxyLoop;

// How a listener and its connections behave; what is not set is harmless.
struct ProxyMood {
  bool stalled = false;        // nothing moves, in either direction
  bool loses_replies = false;  // what Redis answers is thrown away
  bool refuses = false;        // new connections are reset at once
};

// Connections that lost replies are reset when their listener loses no more:
// a real network loses the rest of a connection, never its middle.
//
// Limits: 256 KiB in flight for each direction of a connection. Thread-safe.
class FaultProxy {
 public:
  // Listens on as many free ports of 127.0.0.1 as asked for, and connects to
  // the Unix socket `upstream` for each connection it accepts.
  static absl::StatusOr<std::unique_ptr<FaultProxy>> Start(
      const std::string& upstream, int listeners);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  int port(int listener) const;

  // Each returns once it holds.
  void SetMood(int listener, ProxyMood mood);
  // Resets all of the listener's connections; says how many.
  int Drop(int listener);
  // What was thrown away so far.
  int64_t lost_reply_bytes(int listener) const;
  int connections(int listener) const;

 private:
  explicit FaultProxy(std::unique_ptr<ProxyLoop> loop);

  std::unique_ptr<ProxyLoop> loop_;
  std::thread thread_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_FAULT_PROXY_H_
