#include "tests/chaos/driver/run_report.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace agent::chaos {
namespace {

std::string Name(FaultKind kind) { return std::string(FaultName(kind)); }

std::map<std::string, int> ByRule(const Report& report) {
  std::map<std::string, int> counts;
  for (const Violation& violation : report.violations) {
    ++counts[violation.rule];
  }
  return counts;
}

}  // namespace

std::vector<std::string> MissingEvidence(
    const ChaosOptions& options, const std::map<FaultKind, FaultCount>& faults,
    int64_t runs) {
  std::vector<std::string> missing;
  for (const auto& [kind, wanted] : options.at_least) {
    const auto found = faults.find(kind);
    const int struck = found == faults.end() ? 0 : found->second.with_open_work;
    if (struck >= wanted) continue;
    missing.push_back(absl::StrCat(Name(kind), " struck open work ", struck,
                                   " times of ", wanted));
  }
  if (runs < options.runs) {
    missing.push_back(
        absl::StrCat(runs, " runs were played of ", options.runs));
  }
  return missing;
}

std::string ToTable(const RunReport& report) {
  std::string text = absl::StrFormat("\n%-18s %8s %15s\n", "fault", "struck",
                                     "with open work");
  for (const auto& [kind, count] : report.faults) {
    absl::StrAppendFormat(&text, "%-18s %8d %15d\n", Name(kind), count.struck,
                          count.with_open_work);
  }
  absl::StrAppend(
      &text, "\nseed ", report.seed, ", ",
      absl::FormatDuration(absl::Trunc(report.took, absl::Seconds(1))), ", ",
      report.node_restarts, " restarts of nodes\n", report.check.ToText());
  if (!report.missing_evidence.empty()) {
    absl::StrAppend(&text, "no evidence: ",
                    absl::StrJoin(report.missing_evidence, "; "), "\n");
  }
  return text;
}

std::string ToJson(const RunReport& report) {
  nlohmann::json json;
  json["seed"] = report.seed;
  json["seconds"] = absl::ToInt64Seconds(report.took);
  for (const auto& [kind, count] : report.faults) {
    json["faults"][Name(kind)] = {{"struck", count.struck},
                                  {"with_open_work", count.with_open_work}};
  }
  const CheckCounts& counts = report.check.counts;
  json["node_restarts"] = report.node_restarts;
  json["runs"] = counts.runs;
  json["completed"] = counts.completed;
  json["failed"] = counts.failed;
  json["cancelled"] = counts.cancelled;
  json["chunks_seen"] = counts.chunks_seen;
  json["entries"] = counts.entries;
  json["takeovers"] = counts.takeovers;
  json["readers"] = counts.readers;
  json["resumes"] = counts.calls - counts.readers;
  json["taken_back"] = counts.taken_back;
  json["admissions_lost"] = counts.admissions_lost;
  json["start_overs"] = counts.start_overs;
  json["violations"] = report.check.violations.size();
  json["violations_by_rule"] = ByRule(report.check);
  json["missing_evidence"] = report.missing_evidence;
  return json.dump(2) + "\n";
}

}  // namespace agent::chaos
