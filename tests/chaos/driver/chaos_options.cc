#include "tests/chaos/driver/chaos_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/status_macros.h"
#include "tests/chaos/driver/agent_mix.h"

namespace agent::chaos {
namespace {

// As they stand on the command line.
struct Words {
  std::string faults = "all";
  std::string at_least;
  std::string fault_interval = "700ms";
  std::string lease = "1s";
  std::string duration = "5m";
  std::string settle = "3m";
  std::string agents = kEveryAgent;
  std::string expect = "clean";
};

void Declare(CLI::App* app, ChaosOptions* options, Words* words) {
  app->add_option("--runs", options->runs, "at least so many");
  app->add_option("--readers", options->readers, "of each conversation");
  app->add_option("--conversations", options->conversations, "at a time");
  app->add_option("--nodes", options->nodes, "service processes");
  app->add_option("--cancel_share", options->cancel_share,
                  "of the runs: 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  app->add_option("--delete_share", options->delete_share,
                  "of the conversations: 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  app->add_option("--seed", options->seed, "0: a random one, which is printed");
  app->add_option("--faults", words->faults,
                  "all, none, or names with commas; -name takes one out");
  app->add_option("--at_least", words->at_least,
                  "more runs are played until a fault has struck so often: "
                  "node_kill=500,power_loss=50");
  app->add_option("--fault_interval", words->fault_interval, "on average");
  app->add_option("--lease", words->lease, "of the nodes");
  app->add_option("--duration", words->duration,
                  "of the faults, at most; what is not played by then is not "
                  "played, and lacks as evidence");
  app->add_option("--settle", words->settle,
                  "how long runs may take to end when all faults are over");
  app->add_option("--agents", words->agents,
                  "\"Agent*weight pieces=60 delay_us=5000; ...\"");
  app->add_option("--flaw", options->flaw, "of the nodes: see chaos-node");
  app->add_option("--node", options->node_program, "the program chaos-node");
  app->add_option("--node_flag", options->node_flags,
                  "for every node; may be repeated");
  app->add_option("--dir", options->dir,
                  "where logs and Redis' files are kept");
  app->add_option("--json", options->json, "a file for a summary as JSON");
  app->add_option("--expect", words->expect, "clean or violations");
}

// Of what is given twice the last wins, so that scripts can have defaults.
void TakeLast(CLI::App* app) {
  for (CLI::Option* option : app->get_options()) {
    if (option->get_name() == "--node_flag") continue;
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
}

absl::StatusOr<absl::Duration> ToDuration(const char* name,
                                          const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration > absl::ZeroDuration()) {
    return duration;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, ": not a duration: ", text));
}

absl::StatusOr<std::map<FaultKind, int>> ParseAtLeast(const std::string& text) {
  std::map<FaultKind, int> wanted;
  for (const absl::string_view word :
       absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(word, absl::MaxSplits('=', 1));
    ASSIGN_OR_RETURN(const auto kinds, ParseFaults(parts.first));
    int count = 0;
    if (kinds.size() != 1 || !absl::SimpleAtoi(parts.second, &count)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--at_least: not fault=count: ", word));
    }
    wanted[kinds[0]] = count;
  }
  return wanted;
}

absl::Status Convert(const Words& words, ChaosOptions* options) {
  ASSIGN_OR_RETURN(options->faults, ParseFaults(words.faults));
  ASSIGN_OR_RETURN(options->at_least, ParseAtLeast(words.at_least));
  // No evidence of a fault is no evidence.
  for (const FaultKind kind : options->faults) {
    int& count = options->at_least[kind];
    count = std::max(count, 1);
  }
  ASSIGN_OR_RETURN(options->fault_interval,
                   ToDuration("fault_interval", words.fault_interval));
  ASSIGN_OR_RETURN(options->lease, ToDuration("lease", words.lease));
  ASSIGN_OR_RETURN(options->duration, ToDuration("duration", words.duration));
  ASSIGN_OR_RETURN(options->settle, ToDuration("settle", words.settle));
  ASSIGN_OR_RETURN(options->agents, ParseAgentMix(words.agents));
  if (words.expect != "clean" && words.expect != "violations") {
    return absl::InvalidArgumentError("--expect: clean or violations");
  }
  options->expect_violations = words.expect == "violations";
  const auto positive = {options->runs, options->readers, options->nodes,
                         options->conversations};
  if (std::any_of(positive.begin(), positive.end(),
                  [](int count) { return count < 1; })) {
    return absl::InvalidArgumentError("counts are at least 1");
  }
  if (options->seed == 0) options->seed = std::random_device()() % 1000000 + 1;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ChaosOptions> ParseChaosOptions(
    const std::vector<std::string>& arguments, std::string* help) {
  CLI::App app(
      "Breaks a cluster of agent-service and proves that no run was "
      "damaged.",
      "agent-chaos");
  ChaosOptions options;
  Words words;
  Declare(&app, &options, &words);
  TakeLast(&app);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    *help = app.help();
    options.help = true;
    return options;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  RETURN_IF_ERROR(Convert(words, &options));
  return options;
}

std::string RepeatCommand(const std::vector<std::string>& arguments,
                          uint64_t seed) {
  std::string command = "agent-chaos";
  for (const std::string& argument : arguments) {
    const bool left_out =
        argument.rfind("--seed=", 0) == 0 || argument.rfind("--dir=", 0) == 0;
    if (!left_out) absl::StrAppend(&command, " '", argument, "'");
  }
  return absl::StrCat(command, " --seed=", seed);
}

}  // namespace agent::chaos
