// A node of the benchmarks: the real service with the benchmark's agent.
//
//   bench-node [FLAGS OF agent-service]
//   bench-node --memory_store [FLAGS ...]      Redis left out
//   bench-node --bare [REDIS]                  the reference: BareServer
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/service_program.h"
#include "service/shutdown_signal.h"
#include "tests/bench/bare_server.h"
#include "tests/bench/bench_agent.h"
#include "tests/bench/memory_store.h"

namespace agent::bench {
namespace {

absl::StatusOr<std::unique_ptr<RedisStore>> OpenMemoryStore(const RedisOptions&,
                                                            const RunLimits&) {
  return std::make_unique<MemoryStore>();
}

int ServeBare(const std::vector<std::string>& arguments) {
  std::unique_ptr<RedisClient> redis;
  if (!arguments.empty()) {
    const auto address = ParseRedisAddress(arguments.front());
    if (!address.ok()) return EXIT_FAILURE;
    redis = RedisClient::Start({.address = *address}, nullptr);
  }
  InstallShutdownSignals();
  const auto server = BareServer::Start(redis.get());
  if (!server.ok()) return EXIT_FAILURE;
  // As the service names its address in its first line.
  std::printf("listening grpc=%s\n", (*server)->address().c_str());
  std::fflush(stdout);
  AwaitShutdownSignal();
  return EXIT_SUCCESS;
}

int Main(std::vector<std::string> arguments) {
  const std::string mode = arguments.empty() ? "" : arguments.front();
  if (mode == "--bare" || mode == "--memory_store") {
    arguments.erase(arguments.begin());
  }
  if (mode == "--bare") return ServeBare(arguments);
  ServiceProgram program;
  program.name = "bench-node";
  program.version = "benchmark";
  program.agents = [] {
    return std::vector<std::shared_ptr<Agent>>{std::make_shared<BenchAgent>()};
  };
  if (mode == "--memory_store") program.open_store = OpenMemoryStore;
  return RunServiceProgram(program, arguments);
}

}  // namespace
}  // namespace agent::bench

int main(int argc, char** argv) {
  return agent::bench::Main({argv + 1, argv + argc});
}
