// agent-chaos: breaks a cluster of agent-service while clients use it, and
// proves from what they saw that no run was damaged.
//
// Exit status: 0 as was expected, 1 not so, 2 bad flags, 3 nothing to judge
// (the cluster could not be started or mended), 4 no evidence: a fault that was
// asked for never struck open work.
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "tests/chaos/driver/chaos_options.h"
#include "tests/chaos/driver/chaos_run.h"
#include "tests/chaos/driver/run_report.h"

namespace agent::chaos {
namespace {

constexpr int kAsExpected = 0;
constexpr int kNotAsExpected = 1;
constexpr int kBadFlags = 2;
constexpr int kNothingToJudge = 3;
constexpr int kNoEvidence = 4;

int Complain(const absl::Status& status, int exit_status) {
  const std::string message(status.message());
  std::fprintf(stderr, "agent-chaos: %s\n", message.c_str());
  return exit_status;
}

absl::StatusOr<std::string> MakeDir(const std::string& wanted) {
  if (wanted.empty()) {
    std::string dir = "/tmp/agent-chaos-XXXXXX";
    if (mkdtemp(dir.data()) == nullptr) {
      return absl::InternalError("cannot create " + dir);
    }
    return dir;
  }
  std::error_code error;
  const auto dir = std::filesystem::absolute(wanted, error);
  std::filesystem::create_directories(dir, error);
  if (!error && !std::filesystem::is_empty(dir, error) && !error) {
    return absl::InvalidArgumentError("--dir: not empty: " + wanted);
  }
  if (error) return absl::InvalidArgumentError("--dir: " + error.message());
  return dir.string();
}

int Judge(const ChaosOptions& options, const RunReport& report) {
  if (report.check.ok() == options.expect_violations) return kNotAsExpected;
  // Violations are evidence enough.
  if (options.expect_violations || report.missing_evidence.empty()) {
    return kAsExpected;
  }
  return kNoEvidence;
}

int RunIn(const ChaosOptions& options, const std::string& dir) {
  std::printf("seed %llu, in %s\n",
              static_cast<unsigned long long>(options.seed), dir.c_str());
  std::fflush(stdout);
  ChaosRun run(options, dir);
  const auto report = run.Run();
  if (!report.ok()) return Complain(report.status(), kNothingToJudge);
  std::fputs(ToTable(*report).c_str(), stdout);
  if (!options.json.empty()) {
    std::ofstream(options.json, std::ios::trunc) << ToJson(*report);
  }
  return Judge(options, *report);
}

int Main(const std::vector<std::string>& arguments) {
  std::string help;
  auto options = ParseChaosOptions(arguments, &help);
  if (!options.ok()) return Complain(options.status(), kBadFlags);
  if (options->help) {
    std::fputs(help.c_str(), stdout);
    return kAsExpected;
  }
  if (options->node_program.empty()) options->node_program = CHAOS_NODE;
  const auto dir = MakeDir(options->dir);
  if (!dir.ok()) return Complain(dir.status(), kBadFlags);

  const int status = RunIn(*options, *dir);
  if (status == kAsExpected && options->dir.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(*dir, ignored);
  } else if (status != kAsExpected) {
    std::printf("what there is to look at is kept in %s; again:\n  %s\n",
                dir->c_str(), RepeatCommand(arguments, options->seed).c_str());
  }
  return status;
}

}  // namespace
}  // namespace agent::chaos

int main(int argc, char** argv) {
  return agent::chaos::Main(std::vector<std::string>(argv + 1, argv + argc));
}
