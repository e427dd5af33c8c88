// chaos-node: the service with the chaos test's agents; or, with --flaw, the
// service built wrong in one way.
//
// Beyond the service's own flags: --flaw=NAME, and --receipts=DIR, where the
// tool of Stepper keeps what it did.
#include <sys/resource.h>

#include <cstdio>
#include <string>
#include <vector>

#include "service/service_program.h"
#include "tests/chaos/node/chaos_agents.h"
#include "tests/chaos/node/flaw.h"
#include "tests/chaos/node/flawed_store.h"
#include "tests/chaos/node/original_program.h"

namespace agent::chaos {
namespace {

constexpr int kBadSettings = 2;

// Takes `--name=value` out of the arguments.
std::string TakeFlag(const std::string& name,
                     std::vector<std::string>* arguments) {
  std::string value;
  const std::string prefix = "--" + name + "=";
  std::erase_if(*arguments, [&](const std::string& argument) {
    if (argument.rfind(prefix, 0) != 0) return false;
    value = argument.substr(prefix.size());
    return true;
  });
  return value;
}

int Main(std::vector<std::string> arguments) {
  // Poison dies on purpose: no core file of it is wanted.
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  const std::string flaw_name = TakeFlag("flaw", &arguments);
  const std::string receipts = TakeFlag("receipts", &arguments);
  const auto flaw = ParseFlaw(flaw_name.empty() ? "none" : flaw_name);
  if (!flaw.ok()) {
    const std::string message(flaw.status().message());
    std::fprintf(stderr, "chaos-node: %s\n", message.c_str());
    return kBadSettings;
  }
  if (*flaw == Flaw::kOriginal) {
    return RunOriginalProgram(MakeChaosAgents(receipts), arguments);
  }
  ServiceProgram program;
  program.name = "chaos-node";
  program.version = FlawName(*flaw);
  program.agents = [&] { return MakeChaosAgents(receipts); };
  program.open_store = FlawedStore(*flaw);
  return RunServiceProgram(program, arguments);
}

}  // namespace
}  // namespace agent::chaos

int main(int argc, char** argv) {
  return agent::chaos::Main(std::vector<std::string>(argv + 1, argv + argc));
}
