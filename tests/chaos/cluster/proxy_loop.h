// What the proxy's thread does.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_PROXY_LOOP_H_
#define AGENT_TESTS_CHAOS_CLUSTER_PROXY_LOOP_H_

#include <poll.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lib/base/mutex.h"
#include "tests/chaos/cluster/fault_proxy.h"
#include "tests/chaos/cluster/proxy_connection.h"

namespace agent::chaos {

// Thread-safe. The lock is held for everything but the waiting, so what a verb
// changed holds for every byte moved after it returned.
class ProxyLoop {
 public:
  explicit ProxyLoop(std::string upstream);
  ~ProxyLoop();

  // Before Run. Each call adds a listener.
  absl::Status Listen();

  // Until Stop.
  void Run();
  void Stop();

  int port(int listener);
  void SetMood(int listener, ProxyMood mood);
  int Drop(int listener);
  int64_t lost_reply_bytes(int listener);
  int connections(int listener);

 private:
  struct Listener {
    int fd = -1;
    int port = 0;
    ProxyMood mood;
    int64_t lost_reply_bytes = 0;
  };

  Listener& At(int listener) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return listeners_[static_cast<size_t>(listener)];
  }
  void Wake() const;
  // The wake-up, each listener, two of each connection: in this order, which
  // only Run's thread changes.
  std::vector<pollfd> Watch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AcceptAll(int listener) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void MoveAll(const std::vector<pollfd>& watched)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string upstream_;
  const int wake_fd_;
  Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<Listener> listeners_ ABSL_GUARDED_BY(mu_);
  std::vector<std::unique_ptr<ProxyConnection>> connections_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_PROXY_LOOP_H_
