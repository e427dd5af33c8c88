// What the scenarios share: a redis-server, nodes on it, and the references.
#ifndef AGENT_TESTS_BENCH_RIG_H_
#define AGENT_TESTS_BENCH_RIG_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/v1/agent_service.grpc.pb.h"
#include "lib/redis/redis_client.h"
#include "tests/bench/bench_process.h"
#include "tests/bench/comparison.h"
#include "tests/bench/load_plan.h"
#include "tests/bench/stream_load.h"
#include "tests/testing/redis_server.h"

namespace agent::bench {

// How long a step of a benchmark may take before it counts as stuck.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

struct RigOptions {
  std::string node_program;  // the path of bench-node
  int rounds = 3;
  bool full = false;  // the sizes that take long
};

// Thread-compatible: use it on the main thread. What cannot start, or is
// stuck, ends the program with a line that says what.
class Rig {
 public:
  explicit Rig(RigOptions options);

  const RigOptions& options() const { return options_; }
  Report& report() { return report_; }
  testing::RedisServer& redis() { return redis_; }
  RedisClient& client() { return *client_; }

  // Started when first asked for; Restart gives fresh memory.
  BenchProcess& service();      // the service
  BenchProcess& gateway();      // another process, which only serves
  BenchProcess& memory_node();  // the service with Redis left out
  BenchProcess& bare();         // the reference server
  void StopAll();

  // Starts a run in `conversation` and returns its id.
  std::string Run(BenchProcess& node, const std::string& conversation,
                  const LoadPlan& plan);
  // ... and waits for its end.
  void RunToEnd(BenchProcess& node, const std::string& conversation,
                const LoadPlan& plan);
  // One that nothing was written to.
  std::string NewConversation();

  // Ends the program if `done` is false.
  static void Expect(bool done, const std::string& what);

 private:
  BenchProcess& Node(const std::string& name,
                     const std::vector<std::string>& arguments);

  const RigOptions options_;
  testing::RedisServer redis_;
  std::unique_ptr<RedisClient> client_;
  std::map<std::string, std::unique_ptr<BenchProcess>> nodes_;
  std::map<std::string, std::unique_ptr<v1::AgentService::Stub>> stubs_;
  Report report_;
};

// A request to read `conversation` from its beginning, waiting for it to come.
v1::StreamResponseRequest ReadAllOf(const std::string& conversation);

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_RIG_H_
