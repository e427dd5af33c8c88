#include "tests/chaos/cluster/cluster.h"

#include <csignal>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace agent::chaos {
namespace {

// Starting several processes on few, busy cores.
constexpr absl::Duration kStartTimeout = absl::Seconds(60);
constexpr absl::Duration kStopTimeout = absl::Seconds(20);
// The longest name that is put behind the directory's.
constexpr size_t kMaxDirBytes = 107 - sizeof("/node-00.sock");

std::string NodePath(const ClusterOptions& options, int node,
                     const char* ending) {
  return absl::StrCat(options.dir, "/node-", node, ending);
}

NodeOptions MakeNodeOptions(const ClusterOptions& options, int node,
                            int redis_port) {
  NodeOptions made;
  made.program = options.node_program;
  made.socket_path = NodePath(options, node, ".sock");
  made.log_path = NodePath(options, node, ".log");
  made.args = {
      "--grpc_listen=unix:" + made.socket_path,
      "--http_listen=",
      absl::StrCat("--redis=127.0.0.1:", redis_port),
      "--lease=" + absl::FormatDuration(options.lease),
  };
  made.args.insert(made.args.end(), options.node_flags.begin(),
                   options.node_flags.end());
  return made;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Cluster>> Cluster::Start(
    ClusterOptions options) {
  if (options.dir.size() > kMaxDirBytes) {
    return absl::InvalidArgumentError("too long for sockets: " + options.dir);
  }
  std::unique_ptr<Cluster> cluster(new Cluster(std::move(options)));
  RETURN_IF_ERROR(cluster->StartAll());
  return cluster;
}

Cluster::Cluster(ClusterOptions options) : options_(std::move(options)) {}

absl::Status Cluster::StartAll() {
  ASSIGN_OR_RETURN(redis_,
                   ChaosRedis::Start(options_.dir, options_.append_fsync));
  ASSIGN_OR_RETURN(proxy_,
                   FaultProxy::Start(redis_->socket_path(), options_.nodes));
  for (int i = 0; i < options_.nodes; ++i) {
    nodes_.push_back(
        std::make_unique<Node>(MakeNodeOptions(options_, i, proxy_->port(i))));
    RETURN_IF_ERROR(nodes_.back()->Launch());
  }
  for (const auto& node : nodes_) {
    RETURN_IF_ERROR(node->AwaitReady(kStartTimeout));
  }
  return absl::OkStatus();
}

Cluster::~Cluster() {
  for (const auto& node : nodes_) {
    node->Signal(SIGTERM);
    node->Signal(SIGCONT);
  }
  for (const auto& node : nodes_) node->WaitForEnd(kStopTimeout);
}

std::string Cluster::address(int node) const {
  return "unix:" + NodePath(options_, node, ".sock");
}

}  // namespace agent::chaos
