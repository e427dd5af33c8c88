#include "tests/bench/rig.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "lib/base/random.h"
#include "tests/bench/bench_agent.h"

namespace agent::bench {
namespace {

std::vector<std::string> ServiceFlags(const std::string& redis) {
  return {"--redis=unix://" + redis, "--grpc_listen=127.0.0.1:0",
          "--http_listen=127.0.0.1:0", "--max_concurrent_runs=1200",
          "--drain_timeout=1s"};
}

testing::RedisServerOptions RedisConfig() {
  testing::RedisServerOptions options;
  options.append_only = true;  // everysec, as the embedded one
  return options;
}

}  // namespace

Rig::Rig(RigOptions options)
    : options_(std::move(options)), redis_(RedisConfig()) {
  RedisOptions redis;
  redis.address = redis_.address();
  client_ = RedisClient::Start(redis, nullptr);
}

void Rig::Expect(bool done, const std::string& what) {
  if (done) return;
  std::fprintf(stderr, "agent-bench: %s\n", what.c_str());
  std::exit(EXIT_FAILURE);
}

BenchProcess& Rig::Node(const std::string& name,
                        const std::vector<std::string>& arguments) {
  auto& node = nodes_[name];
  if (node == nullptr) {
    auto started = BenchProcess::Start(options_.node_program, arguments,
                                       redis_.dir() + "/" + name + ".log");
    Expect(started.ok(), name + ": " + started.status().ToString());
    node = *std::move(started);
  }
  return *node;
}

BenchProcess& Rig::service() {
  return Node("service", ServiceFlags(redis_.socket_path()));
}

BenchProcess& Rig::gateway() {
  auto flags = ServiceFlags(redis_.socket_path());
  flags.push_back("--role=gateway");
  return Node("gateway", flags);
}

BenchProcess& Rig::memory_node() {
  auto flags = ServiceFlags(redis_.socket_path());
  flags.insert(flags.begin(), "--memory_store");
  return Node("memory", flags);
}

BenchProcess& Rig::bare() {
  return Node("bare", {"--bare", "unix://" + redis_.socket_path()});
}

void Rig::StopAll() {
  stubs_.clear();
  nodes_.clear();
  redis_.Command({"FLUSHALL"});
}

std::string Rig::Run(BenchProcess& node, const std::string& conversation,
                     const LoadPlan& plan) {
  auto& stub = stubs_[node.address()];
  if (stub == nullptr) {
    stub = v1::AgentService::NewStub(OpenChannels(node.address(), 1).front());
  }
  v1::RunAgentRequest request;
  request.set_agent(kBenchAgent);
  request.set_conversation_id(conversation);
  request.set_message(plan.ToMessage());
  v1::RunAgentResponse response;
  grpc::ClientContext context;
  const grpc::Status status = stub->RunAgent(&context, request, &response);
  Expect(status.ok(), "RunAgent: " + status.error_message());
  return response.run_id();
}

void Rig::RunToEnd(BenchProcess& node, const std::string& conversation,
                   const LoadPlan& plan) {
  StreamLoad reader(node.address(), 1);
  v1::StreamResponseRequest request;
  request.set_conversation_id(conversation);
  request.set_run_id(Run(node, conversation, plan));
  reader.Open(request);
  Expect(reader.AwaitEnded(1, kPatience), "a run did not end");
  Expect(reader.totals().failed == 0,
         "a stream failed: " + reader.totals().failure);
}

std::string Rig::NewConversation() { return "bench-" + RandomId(); }

v1::StreamResponseRequest ReadAllOf(const std::string& conversation) {
  v1::StreamResponseRequest request;
  request.set_conversation_id(conversation);
  request.set_cursor("0-0");
  request.mutable_wait()->set_seconds(60);
  return request;
}

}  // namespace agent::bench
