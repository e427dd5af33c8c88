// One connection through the proxy: two sockets and what is between them.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_PROXY_CONNECTION_H_
#define AGENT_TESTS_CHAOS_CLUSTER_PROXY_CONNECTION_H_

#include <poll.h>

#include <cstdint>
#include <string>
#include <vector>

namespace agent::chaos {

// Owns both sockets, which are non-blocking. Thread-compatible.
class ProxyConnection {
 public:
  ProxyConnection(int listener, int client, int upstream);
  ~ProxyConnection();
  ProxyConnection(const ProxyConnection&) = delete;
  ProxyConnection& operator=(const ProxyConnection&) = delete;

  int listener() const { return listener_; }
  bool closed() const { return client_ < 0; }
  bool lost_replies() const { return lost_replies_; }

  // What poll is to watch, two entries: none of it when stalled.
  void Watch(bool stalled, std::vector<pollfd>* fds) const;
  // Moves what can be moved; returns how many bytes of replies it threw away.
  // Closes itself once a side has closed and the other was given everything.
  int64_t Move(bool lose_replies);

  // Closes both sides, the client's with a reset.
  void Reset();

 private:
  // A direction of the connection.
  struct Flow {
    std::string bytes;   // taken from one side, not yet given to the other
    bool ended = false;  // nothing more will come
  };

  // False when the socket is broken.
  static bool Take(int from, Flow* flow);
  static bool Give(int to, Flow* flow);

  const int listener_;
  int client_;
  int upstream_;
  Flow commands_;
  Flow replies_;
  bool lost_replies_ = false;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_PROXY_CONNECTION_H_
