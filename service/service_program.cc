#include "service/service_program.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "lib/agent/model_environment.h"
#include "lib/base/logging.h"
#include "lib/base/timer_queue.h"
#include "service/file_limit.h"
#include "service/large_blocks.h"
#include "service/library_logs.h"
#include "service/shutdown_signal.h"

namespace agent {
namespace {

constexpr int kCannotStart = 1;
constexpr int kBadSettings = 2;
constexpr int kOverran = 3;
// What the end may take beyond --drain_timeout: where Redis does not answer,
// giving runs back is tried for longer than an operator waits.
constexpr absl::Duration kOverdue = absl::Seconds(5);

int Complain(const ServiceProgram& program, const absl::Status& status) {
  const std::string message(status.message());
  std::fprintf(stderr, "%s: %s\n", program.name.c_str(), message.c_str());
  return absl::IsInvalidArgument(status) ? kBadSettings : kCannotStart;
}

// The first line of the log names the port, so that whoever started us can
// read it there: of the start itself only warnings are told before it.
void QuietStart(const Settings& settings) {
  const bool quiet = settings.log_level == LogLevel::kInfo;
  ConfigureLogging(settings.log_format,
                   quiet ? LogLevel::kWarning : settings.log_level);
}

void AnnounceStart(const Settings& settings, const ServiceProcess& process) {
  ConfigureLogging(settings.log_format, settings.log_level);
  const std::string redis =
      settings.embedded_redis ? "embedded" : Redacted(settings.redis);
  if (!settings.serves()) {
    LogInfo("worker ready, no address", {{"redis", redis}});
  } else if (settings.http_listen.empty()) {
    LogInfo("listening", {{"grpc", process.address()}, {"redis", redis}});
  } else {
    LogInfo("listening", {{"grpc", process.address()},
                          {"http", process.http_address()},
                          {"redis", redis}});
  }
}

// Ends the process if its orderly end takes too long. That is safe: whatever it
// still holds are leases, which pass on by themselves.
void BoundTheEnd(const Settings& settings, TimerQueue* timers) {
  timers->After(settings.drain_timeout + kOverdue, [] {
    LogError("did not stop in time");
    std::_Exit(kOverran);
  });
}

int Serve(const ServiceProgram& program, const Settings& settings) {
  std::vector<std::shared_ptr<Agent>> agents;
  if (settings.works()) {  // a gateway needs no model
    auto offered = program.agents();
    if (!offered.ok()) return Complain(program, offered.status());
    agents = *std::move(offered);
  }
  auto process =
      ServiceProcess::Start(settings, std::move(agents), program.open_store);
  if (!process.ok()) return Complain(program, process.status());
  AnnounceStart(settings, **process);
  AwaitShutdownSignal();
  LogInfo("draining");
  TimerQueue end;
  BoundTheEnd(settings, &end);
  (*process)->Drain();
  LogInfo("stopped");
  ConfigureLogging(settings.log_format, LogLevel::kOff);
  (*process)->StopEmbeddedRedis();
  // Not by stopping the gRPC server: a call that arrives meanwhile would be
  // CANCELLED, which clients take for their own doing. So they are refused up
  // to the end, and then find the connection closed: UNAVAILABLE both.
  std::_Exit(EXIT_SUCCESS);
}

}  // namespace

int RunServiceProgram(const ServiceProgram& program,
                      const std::vector<std::string>& arguments) {
  auto settings = ParseSettings(arguments, ProcessEnvironment);
  if (!settings.ok()) return Complain(program, settings.status());
  if (settings->help || settings->version) {
    const std::string text = settings->help
                                 ? SettingsHelp()
                                 : program.name + " " + program.version + "\n";
    std::fputs(text.c_str(), stdout);
    return EXIT_SUCCESS;
  }
  QuietStart(*settings);
  RouteLibraryLogs();
  RaiseFileLimit();
  ReturnLargeBlocks();
  InstallShutdownSignals();
  return Serve(program, *settings);
}

}  // namespace agent
