// One chaos-node process: the service with the chaos agents.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_NODE_H_
#define AGENT_TESTS_CHAOS_CLUSTER_NODE_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace agent::chaos {

struct NodeOptions {
  std::string program;
  std::vector<std::string> args;
  std::string socket_path;  // where it serves
  std::string log_path;     // its standard output and error; appended to
};

// Thread-compatible; start it on the main thread: it dies with its starter.
class Node {
 public:
  explicit Node(NodeOptions options);
  ~Node();  // SIGKILL
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Does not wait.
  absl::Status Launch();
  // Whether it accepts connections.
  bool Ready() const;
  // DEADLINE_EXCEEDED; or INTERNAL: it ended instead.
  absl::Status AwaitReady(absl::Duration timeout);

  void Signal(int number) const;
  // The exit status once it has ended: 128 and the number for a signal.
  std::optional<int> Poll();
  std::optional<int> WaitForEnd(absl::Duration timeout);
  bool running() const { return pid_ > 0; }

 private:
  const NodeOptions options_;
  pid_t pid_ = -1;
  int status_ = 0;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_NODE_H_
