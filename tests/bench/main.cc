// agent-bench: measures the service next to its references on this machine, in
// turns, and prints their ratios with what is to be reached.
//
// Exit status: 0 after a measurement, whatever it found; 1 if it could not
// measure; 2 if an argument cannot be used.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/bench/scenarios.h"

namespace agent::bench {

std::vector<Scenario> AllScenarios() {
  return {{"append", Append},     {"relay", Relay},
          {"replicas", Replicas}, {"fanout", Fanout},
          {"catchup", Catchup},   {"resume", Resume},
          {"start", StartRun},    {"idle", Idle},
          {"sse", Sse},           {"slow-readers", SlowReaders},
          {"growth", Growth},     {"original", Original}};
}

namespace {

std::vector<Scenario> Chosen(const std::vector<std::string>& names) {
  std::vector<Scenario> chosen;
  for (const Scenario& scenario : AllScenarios()) {
    const bool named =
        std::find(names.begin(), names.end(), scenario.name) != names.end();
    if (names.empty() || named) chosen.push_back(scenario);
  }
  return chosen;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const Scenario& scenario : AllScenarios())
    names.push_back(scenario.name);
  return names;
}

int Main(int argc, char** argv) {
  RigOptions options;
  options.node_program = AGENT_BENCH_NODE;
  std::vector<std::string> names;
  bool json = false;
  CLI::App app("Measures agent-service next to its references.");
  app.add_option("scenario", names, "which; all if none is named")
      ->check(CLI::IsMember(Names()));
  app.add_option("--rounds", options.rounds, "turns of each, 1 to 100")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--node", options.node_program, "the bench-node program");
  app.add_flag("--full", options.full, "also the sizes that take long");
  app.add_flag("--json", json, "print JSON instead of a table");
  CLI11_PARSE(app, argc, argv);

  Rig rig(options);
  for (const Scenario& scenario : Chosen(names)) {
    std::fprintf(stderr, "%s ...\n", scenario.name.c_str());
    scenario.measure(rig);
  }
  const std::string text = json ? rig.report().Json() : rig.report().Table();
  std::fputs(text.c_str(), stdout);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace agent::bench

int main(int argc, char** argv) { return agent::bench::Main(argc, argv); }
