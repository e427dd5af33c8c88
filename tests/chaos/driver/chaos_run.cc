#include "tests/chaos/driver/chaos_run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "lib/base/status_macros.h"
#include "tests/chaos/history/audit.h"
#include "tests/chaos/history/checker.h"
#include "tests/chaos/history/facts_json.h"
#include "tests/chaos/node/tool_check.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kProgress = absl::Seconds(15);
// When the runs asked for were played, but not yet all faults.
constexpr int kMoreRuns = 20;
// Beyond its lease a run may stand still for a sweep, the longest back-off of
// 16 s, and what a busy machine takes.
constexpr absl::Duration kPatience = absl::Seconds(38);
constexpr char kDrainTimeout[] = "3s";
constexpr char kReceipts[] = "/receipts";

std::vector<std::string> NodeFlags(const ChaosOptions& options,
                                   const std::string& dir) {
  std::vector<std::string> flags = {
      "--flaw=" + options.flaw,
      "--receipts=" + dir + kReceipts,
      absl::StrCat("--drain_timeout=", kDrainTimeout),
      // All is read once more in the end.
      "--stream_ttl=24h",
      "--log_level=debug",
  };
  flags.insert(flags.end(), options.node_flags.begin(),
               options.node_flags.end());
  return flags;
}

bool Struck(const std::vector<Fault>& faults,
            std::initializer_list<FaultKind> kinds) {
  return std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) {
    return std::find(kinds.begin(), kinds.end(), fault.kind) != kinds.end();
  });
}

}  // namespace

ChaosRun::ChaosRun(ChaosOptions options, std::string dir)
    : options_(std::move(options)),
      dir_(std::move(dir)),
      began_(absl::Now()),
      told_(began_),
      log_(dir_ + "/faults.log") {}

ChaosRun::~ChaosRun() {
  for (const auto& round : rounds_) round->Stop();
}

absl::StatusOr<RunReport> ChaosRun::Run() {
  RETURN_IF_ERROR(StartCluster());
  RETURN_IF_ERROR(PlayUnderFaults());
  // What is stuck is the checker's to tell.
  if (const absl::Status settled = Settle(); !settled.ok()) {
    std::printf("not settled: %s\n", settled.ToString().c_str());
  }
  ASSIGN_OR_RETURN(const Facts facts, GatherFacts());
  const std::vector<Event> events = history_.Events();
  RETURN_IF_ERROR(SaveHistory(events, dir_ + "/history.jsonl"));
  RETURN_IF_ERROR(SaveFacts(facts, dir_ + "/facts.json"));

  RunReport report;
  report.seed = options_.seed;
  report.check = Check(events, facts);
  ASSIGN_OR_RETURN(auto repeated,
                   CheckToolUses(events, ToolReceipts(dir_ + kReceipts),
                                 !facts.power_losses.empty()));
  std::move(repeated.begin(), repeated.end(),
            std::back_inserter(report.check.violations));
  AddUnexpectedExits(&report.check);
  report.faults = log_.Counts();
  report.node_restarts = nemesis_->restarts();
  report.missing_evidence =
      MissingEvidence(options_, report.faults, EndedRuns());
  report.took = absl::Now() - began_;
  return report;
}

absl::Status ChaosRun::StartCluster() {
  std::error_code error;
  std::filesystem::create_directories(dir_ + kReceipts, error);
  if (error) return absl::InternalError(dir_ + ": " + error.message());
  ClusterOptions options;
  options.dir = dir_;
  options.node_program = options_.node_program;
  options.nodes = options_.nodes;
  options.lease = options_.lease;
  options.node_flags = NodeFlags(options_, dir_);
  ASSIGN_OR_RETURN(cluster_, Cluster::Start(std::move(options)));
  NemesisOptions nemesis;
  nemesis.seed = options_.seed;
  nemesis.kinds = options_.faults;
  nemesis.interval = options_.fault_interval;
  nemesis.open_runs = [this] { return OpenRuns(); };
  nemesis_ =
      std::make_unique<Nemesis>(cluster_.get(), &log_, std::move(nemesis));
  return absl::OkStatus();
}

absl::Status ChaosRun::PlayUnderFaults() {
  StartRound(options_.runs);
  const absl::Time deadline = absl::Now() + options_.duration;
  RETURN_IF_ERROR(nemesis_->Run([&] {
    TellProgress();
    return absl::Now() >= deadline || RoundsDone();
  }));
  return nemesis_->Heal();
}

void ChaosRun::StartRound(int runs) {
  WorkloadOptions options;
  for (int node = 0; node < cluster_->size(); ++node) {
    options.addresses.push_back(cluster_->address(node));
  }
  // Of other rounds, and of other seeds: other conversations.
  options.seed = options_.seed * 1000 + rounds_.size();
  options.runs = runs;
  options.agents = options_.agents;
  options.open_conversations = options_.conversations;
  options.readers_per_conversation = options_.readers;
  options.cancel_share = options_.cancel_share;
  options.delete_share = options_.delete_share;
  rounds_.push_back(std::make_unique<Workload>(std::move(options), &history_));
  rounds_.back()->Start();
}

bool ChaosRun::RoundsDone() {
  if (!rounds_.back()->AwaitPlayed(absl::ZeroDuration())) return false;
  const bool evidence =
      MissingEvidence(options_, log_.Counts(), options_.runs).empty();
  if (!evidence) StartRound(kMoreRuns);
  return evidence;
}

absl::Status ChaosRun::Settle() {
  auto settled = std::async(std::launch::async, [this] {
    absl::Status status;
    const absl::Time deadline = absl::Now() + options_.settle;
    for (const auto& round : rounds_) {
      status.Update(round->Settle(deadline - absl::Now()));
    }
    return status;
  });
  // Runs may still end their nodes, which must be started again.
  RETURN_IF_ERROR(nemesis_->Keep([&] {
    return settled.wait_for(std::chrono::seconds(0)) ==
           std::future_status::ready;
  }));
  return settled.get();
}

absl::StatusOr<Facts> ChaosRun::GatherFacts() {
  Facts facts;
  const std::vector<Fault> faults = log_.All();
  for (const Fault& fault : faults) {
    const absl::Time end = fault.end.value_or(absl::Now());
    facts.disturbances.push_back({fault.begin, end});
    if (!fault.kept_until.has_value()) continue;
    facts.power_losses.push_back({*fault.kept_until, fault.begin, end});
  }
  facts.patience = 2 * options_.lease + kPatience;
  facts.undisturbed = faults.empty();
  facts.attempts_may_run_out = Struck(
      faults,
      {FaultKind::kNodeKill, FaultKind::kNodePause, FaultKind::kStall,
       FaultKind::kCutOff, FaultKind::kRedisPause,
       // An end that was lost looks like a worker that died.
       FaultKind::kPowerLoss, FaultKind::kTornScript, FaultKind::kUsurper});
  ASSIGN_OR_RETURN(facts.audit,
                   AuditRedis([this](const std::vector<std::string>& words) {
                     return cluster_->redis().Command(words);
                   }));
  return facts;
}

int ChaosRun::OpenRuns() const {
  int open = 0;
  for (const auto& round : rounds_) open += round->OpenRuns();
  return open;
}

int ChaosRun::EndedRuns() const {
  int ended = 0;
  for (const auto& round : rounds_) ended += round->EndedRuns();
  return ended;
}

void ChaosRun::TellProgress() {
  if (absl::Now() - told_ < kProgress) return;
  told_ = absl::Now();
  int faults = 0;
  auto counts = log_.Counts();
  for (const auto& [kind, count] : counts) faults += count.struck;
  absl::PrintF(
      "%4ds: %d runs ended, %d open; %d faults, %d kills, %d power losses\n",
      absl::ToInt64Seconds(told_ - began_), EndedRuns(), OpenRuns(), faults,
      counts[FaultKind::kNodeKill].struck,
      counts[FaultKind::kPowerLoss].struck);
  std::fflush(stdout);
}

void ChaosRun::AddUnexpectedExits(Report* report) const {
  for (const std::string& exit : nemesis_->unexpected_exits()) {
    report->violations.push_back({"a node ended by itself", "", "", exit});
  }
}

}  // namespace agent::chaos
