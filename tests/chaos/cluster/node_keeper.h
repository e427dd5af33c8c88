// What an operator's supervisor does: starts nodes again that have ended.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_NODE_KEEPER_H_
#define AGENT_TESTS_CHAOS_CLUSTER_NODE_KEEPER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/chaos/cluster/cluster.h"

namespace agent::chaos {

// Also kills what does not drain in time. Runs on the cluster's thread.
class NodeKeeper {
 public:
  explicit NodeKeeper(Cluster* cluster);

  // Each is for a node that is up; `healed` is called when it is ready again.
  // SIGKILL, and a restart after a time.
  void Kill(int node, absl::Duration down, std::function<void()> healed);
  // SIGTERM, and a restart when it has ended.
  void Drain(int node, std::function<void()> healed);
  // SIGSTOP; SIGCONT after a time.
  void Pause(int node, absl::Duration time, std::function<void()> healed);

  // What is due; to be called often.
  absl::Status Tick();

  // Whether it runs, is ready, and no fault holds it.
  bool Up(int node) const;
  bool AllUp() const;
  // Nothing waits any longer than it must.
  void Hurry();

  const std::vector<std::string>& unexpected_exits() const {
    return unexpected_exits_;
  }
  int restarts() const { return restarts_; }

 private:
  enum class State { kUp, kPaused, kDraining, kDown, kStarting };
  struct Kept {
    State state = State::kUp;
    absl::Time due;  // to resume, to be killed, to start
    absl::Time give_up = absl::InfiniteFuture();  // being tried to start
    std::function<void()> healed;
  };

  void Enter(int node, State state, absl::Duration time,
             std::function<void()> healed);
  absl::Status TickOne(int node, Kept* kept);
  absl::Status AfterExit(int node, int exit_status, Kept* kept);
  absl::Status Start(int node, Kept* kept);
  void BecomeUp(Kept* kept);

  Cluster* const cluster_;
  std::vector<Kept> kept_;
  std::vector<std::string> unexpected_exits_;
  int restarts_ = 0;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_NODE_KEEPER_H_
