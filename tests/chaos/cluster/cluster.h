// A real cluster to be broken: a redis-server with an append-only file, and
// several nodes (chaos-node processes), each of which reaches Redis through a
// listener of its own of a proxy in this process.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_CLUSTER_H_
#define AGENT_TESTS_CHAOS_CLUSTER_CLUSTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/chaos/cluster/chaos_redis.h"
#include "tests/chaos/cluster/fault_proxy.h"
#include "tests/chaos/cluster/node.h"

namespace agent::chaos {

struct ClusterOptions {
  // Holds everything: node-0.log, node-0.sock, redis/, redis.log. Must exist,
  // and be short: sockets' paths have at most 107 bytes.
  std::string dir;
  std::string node_program;  // the path of chaos-node
  int nodes = 3;
  absl::Duration lease = absl::Seconds(1);
  // Flags for every node, beyond those of its addresses and the lease.
  std::vector<std::string> node_flags;
  std::string append_fsync = "everysec";
};

// Create and drive it on one thread, the main thread: the processes die with
// the thread that started them. Addresses may be read on any.
class Cluster {
 public:
  // Everything runs and answers when this returns.
  static absl::StatusOr<std::unique_ptr<Cluster>> Start(ClusterOptions options);

  // Stops the nodes in order, then Redis. The directory stays.
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  const ClusterOptions& options() const { return options_; }
  int size() const { return options_.nodes; }
  // For clients ("unix:/..."); stays the same when the node is restarted.
  std::string address(int node) const;
  // Redis itself, not through the proxy: for audits and fixtures.
  std::string redis_socket() const { return redis_->socket_path(); }

  Node& node(int index) { return *nodes_[static_cast<size_t>(index)]; }
  ChaosRedis& redis() { return *redis_; }
  // Its listener i is node i's.
  FaultProxy& proxy() { return *proxy_; }

 private:
  explicit Cluster(ClusterOptions options);
  absl::Status StartAll();

  const ClusterOptions options_;
  std::unique_ptr<ChaosRedis> redis_;
  std::unique_ptr<FaultProxy> proxy_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_CLUSTER_H_
