// agent-service: reads its settings, starts what its role needs, waits for a
// signal, drains.
//
// Exit status: 0 after an orderly end, 1 if it could not start, 2 if a setting
// cannot be used, 3 if the end overran its time.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/agent/model_environment.h"
#include "lib/agent/travel_planner.h"
#include "lib/base/logging.h"
#include "lib/base/timer_queue.h"
#include "service/library_logs.h"
#include "service/service_process.h"
#include "service/settings.h"
#include "service/shutdown_signal.h"

namespace agent {
namespace {

constexpr int kCannotStart = 1;
constexpr int kBadSettings = 2;
constexpr int kOverran = 3;
// What the end may take beyond --drain_timeout: where Redis does not answer,
// giving runs back is tried for longer than an operator waits.
constexpr absl::Duration kOverdue = absl::Seconds(5);

int Complain(const absl::Status& status) {
  const std::string message(status.message());
  std::fprintf(stderr, "agent-service: %s\n", message.c_str());
  return absl::IsInvalidArgument(status) ? kBadSettings : kCannotStart;
}

absl::StatusOr<std::vector<std::shared_ptr<Agent>>> BuiltInAgents(
    const Settings& settings) {
  std::vector<std::shared_ptr<Agent>> agents;
  if (!settings.works()) return agents;  // a gateway needs no model
  auto model = ChatModelFromEnvironment(ProcessEnvironment);
  if (!model.ok()) return model.status();
  agents.push_back(MakeTravelPlanner(*std::move(model)));
  return agents;
}

// The first line of the log names the port, so that whoever started us can
// read it there: of the start itself only warnings are told before it.
void QuietStart(const Settings& settings) {
  const bool quiet = settings.log_level == LogLevel::kInfo;
  ConfigureLogging(settings.log_format,
                   quiet ? LogLevel::kWarning : settings.log_level);
}

void AnnounceStart(const Settings& settings, const std::string& address) {
  ConfigureLogging(settings.log_format, settings.log_level);
  const std::string redis =
      settings.embedded_redis ? "embedded" : Redacted(settings.redis);
  if (settings.serves()) {
    LogInfo("listening", {{"grpc", address}, {"redis", redis}});
  } else {
    LogInfo("worker ready, no address", {{"redis", redis}});
  }
  if (settings.http_listen_was_set && !settings.http_listen.empty()) {
    LogWarning("this version serves no HTTP yet",
               {{"http_listen", settings.http_listen}});
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

int Run(const Settings& settings) {
  auto agents = BuiltInAgents(settings);
  if (!agents.ok()) return Complain(agents.status());
  auto process = ServiceProcess::Start(settings, *std::move(agents));
  if (!process.ok()) return Complain(process.status());
  AnnounceStart(settings, (*process)->address());
  AwaitShutdownSignal();
  LogInfo("draining");
  TimerQueue end;
  BoundTheEnd(settings, &end);
  (*process)->Drain();
  process->reset();
  LogInfo("stopped");
  return EXIT_SUCCESS;
}

int Main(const std::vector<std::string>& arguments) {
  auto settings = ParseSettings(arguments, ProcessEnvironment);
  if (!settings.ok()) return Complain(settings.status());
  if (settings->help || settings->version) {
    const std::string text =
        settings->help ? SettingsHelp() : "agent-service " AGENT_VERSION "\n";
    std::fputs(text.c_str(), stdout);
    return EXIT_SUCCESS;
  }
  QuietStart(*settings);
  RouteLibraryLogs();
  InstallShutdownSignals();
  return Run(*settings);
}

}  // namespace
}  // namespace agent

int main(int argc, char** argv) {
  return agent::Main(std::vector<std::string>(argv + 1, argv + argc));
}
