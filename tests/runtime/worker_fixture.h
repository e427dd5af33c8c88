// Workers on a real Redis: each Node is what a service process would be, with a
// store, timers and a worker of its own, and a connection that can be cut.
#ifndef AGENT_TESTS_RUNTIME_WORKER_FIXTURE_H_
#define AGENT_TESTS_RUNTIME_WORKER_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/agent/agent.h"
#include "lib/base/digest.h"
#include "lib/log/tail_hub.h"
#include "lib/redis/redis_store.h"
#include "lib/runtime/worker.h"
#include "tests/testing/eventually.h"
#include "tests/testing/redis_server.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {

using AgentFunction = std::function<absl::Status(RunContext&)>;

class FunctionAgent final : public Agent {
 public:
  explicit FunctionAgent(AgentFunction function)
      : function_(std::move(function)) {}
  std::string name() const override { return "Tester"; }
  std::string description() const override { return "Does what a test says."; }
  absl::Status Run(RunContext& context) override { return function_(context); }

 private:
  const AgentFunction function_;
};

struct NodeOptions {
  AgentFunction agent;  // none: no worker, as a gateway
  int max_concurrent_runs = 8;
  AgentResponseCallback* callback = nullptr;
  // What the worker takes the lease for; zero: the truth.
  absl::Duration believed_lease;
  bool hears_wakes = true;
};

// What a service process is.
class Node {
 public:
  Node(RedisServer* server, const RunLimits& limits, std::string name,
       NodeOptions options);
  ~Node();

  RedisStore& store() { return *store_; }
  Worker& worker() { return *worker_; }

  // From now on it cannot reach Redis; what it sent is not answered.
  void Cut();
  void Heal();

 private:
  RedisServer* const server_;
  const std::string name_;
  const std::string path_;  // a link to the server's socket
  bool cut_ = true;
  std::unique_ptr<RedisStore> store_;
  TimerQueue timers_;
  std::unique_ptr<TailHub> hub_;
  std::unique_ptr<Worker> worker_;
};

// What a fresh reader makes of a run's entries.
struct Transcript {
  std::vector<ChunkPtr> chunks;
  std::string text;  // discarded attempts left out
  bool ended = false;
  const Chunk& end() const { return *chunks.back(); }
};

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest();

  std::unique_ptr<Node> Start(AgentFunction agent);
  std::unique_ptr<Node> Start(NodeOptions options);

  // Accepts a message in `conversation`; the run's id.
  std::string Admit(const std::string& conversation,
                    const std::string& message = "hello");
  // Blocks until the run has ended, and reads it.
  Transcript AwaitEnd(const std::string& conversation, const std::string& run);
  Transcript Read(const std::string& conversation, const std::string& run);
  // The run's text and hash fit, numbers are dense, there is one end.
  void ExpectCompleted(const Transcript& transcript, const std::string& text);
  RunFailed AwaitFailure(const std::string& conversation,
                         const std::string& run);
  agent::Run GetRun(const std::string& conversation, const std::string& run);
  Conversation GetConversation(const std::string& conversation);

  RunLimits limits_;
  RedisServer server_;
  std::unique_ptr<Node> gateway_;  // made by the first Admit

 private:
  Node& Gateway();
  int nodes_ = 0;
  int runs_ = 0;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_RUNTIME_WORKER_FIXTURE_H_
