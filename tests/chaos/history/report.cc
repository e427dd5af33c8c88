#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/chaos/history/checker.h"

namespace agent::chaos {
namespace {

// Of each rule.
constexpr size_t kShown = 3;

std::string CountsText(const CheckCounts& counts) {
  return absl::StrCat(
      counts.runs, " runs in ", counts.conversations,
      " conversations: ", counts.completed, " completed, ", counts.failed,
      " failed, ", counts.cancelled, " cancelled; ", counts.deleted,
      " conversations deleted; ", counts.repeated_submits,
      " repeated submits\n", counts.readers, " readers made ", counts.calls,
      " calls and saw ", counts.chunks_seen, " chunks of ", counts.entries,
      " entries\n", counts.takeovers, " take-overs, ", counts.discarded,
      " chunks discarded by readers; taken back by power losses: ",
      counts.taken_back, " entries, ", counts.ends_taken_back, " ends, ",
      counts.admissions_lost, " admissions; ", counts.start_overs,
      " readers started over\n");
}

}  // namespace

std::string Report::ToText() const {
  std::string text = CountsText(counts);
  std::map<std::string, std::vector<const Violation*>> by_rule;
  for (const Violation& violation : violations) {
    by_rule[violation.rule].push_back(&violation);
  }
  absl::StrAppend(&text, violations.size(), " violations\n");
  for (const auto& [rule, found] : by_rule) {
    absl::StrAppend(&text, rule, ": ", found.size(), "\n");
    for (size_t i = 0; i < found.size() && i < kShown; ++i) {
      absl::StrAppend(&text, "  ", found[i]->conversation,
                      found[i]->run.empty() ? "" : " run ", found[i]->run, ": ",
                      found[i]->evidence, "\n");
    }
  }
  return text;
}

}  // namespace agent::chaos
