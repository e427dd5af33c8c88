#include "tests/agent/aimock_server.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "lib/agent/subprocess.h"
#include "lib/base/clock.h"
#include "lib/base/status_macros.h"

namespace agent::testing {
namespace {

constexpr int kMajor = 20;
constexpr int kMinor = 15;
constexpr char kListening[] = "listening on ";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::Status GoOn() { return absl::OkStatus(); }

// Whether `node` is new enough.
bool IsNode(const std::string& node) {
  const auto result =
      RunProgram({"/usr/bin/env", node, "--version"}, ProgramLimits(), GoOn);
  int major = 0;
  int minor = 0;
  return result.ok() && result->exit_status == 0 &&
         std::sscanf(result->output.c_str(), "v%d.%d", &major, &minor) == 2 &&
         (major > kMajor || (major == kMajor && minor >= kMinor));
}

absl::StatusOr<std::string> Modules() {
  if (std::string named = Environment("AGENT_TEST_NODE_MODULES");
      !named.empty()) {
    return named;
  }
  const auto result =
      RunProgram({AIMOCK_SOURCE_DIR "/install.sh", AIMOCK_BUILD_DIR},
                 {.timeout = absl::Minutes(2)}, GoOn);
  if (!result.ok()) return result.status();
  if (result->exit_status != 0) {
    return absl::InternalError("aimock/install.sh failed");
  }
  return std::string(AIMOCK_BUILD_DIR "/node_modules");
}

pid_t Spawn(const std::string& node, const std::string& program, int output) {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // however the test ends
  if (getppid() != parent) _exit(1);
  dup2(output, 1);
  dup2(output, 2);
  execlp(node.c_str(), node.c_str(), program.c_str(), "-p", "0", "-f",
         AIMOCK_SOURCE_DIR "/fixtures.json", nullptr);
  _exit(127);
}

// The address in the line that says that the server listens.
absl::StatusOr<std::string> ReadUrl(int output) {
  const SteadyTime deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::string text;
  while (std::chrono::steady_clock::now() < deadline) {
    if (const size_t at = text.find(kListening); at != text.npos) {
      const size_t begin = at + sizeof(kListening) - 1;
      if (const size_t end = text.find('\n', begin); end != text.npos) {
        return text.substr(begin, end - begin);
      }
    }
    pollfd ready{.fd = output, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, 1000) <= 0) continue;
    std::array<char, 4096> buffer;
    const ssize_t n = read(output, buffer.data(), buffer.size());
    if (n <= 0) break;
    text.append(buffer.data(), static_cast<size_t>(n));
  }
  return absl::InternalError("aimock does not start: " + text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<AimockServer>> AimockServer::Start() {
  const std::string named = Environment("AGENT_TEST_NODE");
  const std::string node = named.empty() ? "node" : named;
  if (!IsNode(node)) {
    if (named.empty()) return absl::NotFoundError("no node >= 20.15 on PATH");
    return absl::FailedPreconditionError("AGENT_TEST_NODE is no such node");
  }
  ASSIGN_OR_RETURN(const std::string modules, Modules());
  const std::string program = modules + "/@copilotkit/aimock/dist/cli.js";
  if (!std::filesystem::exists(program)) {
    return absl::FailedPreconditionError("there is no " + program);
  }
  int ends[2];
  if (pipe(ends) != 0) return absl::InternalError("no pipe");
  const pid_t pid = Spawn(node, program, ends[1]);
  close(ends[1]);
  absl::StatusOr<std::string> url = ReadUrl(ends[0]);
  auto server = std::unique_ptr<AimockServer>(
      new AimockServer(pid, ends[0], url.value_or("")));
  if (!url.ok()) return url.status();
  return server;
}

AimockServer::~AimockServer() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(output_);
}

}  // namespace agent::testing
