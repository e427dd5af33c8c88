#include "tests/chaos/node/original_program.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "lib/agent/model_environment.h"
#include "lib/base/logging.h"
#include "service/library_logs.h"
#include "service/settings.h"
#include "service/shutdown_signal.h"
#include "tests/chaos/node/original_service.h"
#include "tests/chaos/node/original_store.h"
#include "tests/chaos/node/original_worker.h"

namespace agent::chaos {
namespace {

constexpr int kCannotStart = 1;
constexpr int kBadSettings = 2;
constexpr int kThreads = 16;
constexpr auto kShutdownGrace = std::chrono::seconds(1);

int Serve(const Settings& settings,
          const std::vector<std::shared_ptr<Agent>>& agents) {
  RedisOptions redis;
  redis.address = settings.redis;
  OriginalStore store(redis, settings.limits.lease, settings.limits.stream_ttl);
  OriginalWorker worker(&store, agents, kThreads);
  OriginalService service(&store, agents);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(settings.grpc_listen,
                           grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return kCannotStart;
  LogInfo("listening", {{"grpc", settings.grpc_listen}});
  AwaitShutdownSignal();
  service.Stop();
  server->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
  server->Wait();
  return EXIT_SUCCESS;
}

}  // namespace

int RunOriginalProgram(const std::vector<std::shared_ptr<Agent>>& agents,
                       const std::vector<std::string>& arguments) {
  const auto settings = ParseSettings(arguments, ProcessEnvironment);
  if (!settings.ok()) {
    const std::string message(settings.status().message());
    std::fprintf(stderr, "chaos-node: %s\n", message.c_str());
    return kBadSettings;
  }
  ConfigureLogging(settings->log_format, settings->log_level);
  RouteLibraryLogs();
  InstallShutdownSignals();
  return Serve(*settings, agents);
}

}  // namespace agent::chaos
