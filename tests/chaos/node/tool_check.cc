#include "tests/chaos/node/tool_check.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "tests/chaos/texts.h"

namespace agent::chaos {
namespace {

constexpr char kStepKey[] = "step-key";
constexpr char kStepRepeated[] = "step-repeated";
constexpr char kToolResult[] = "tool-result";

// Stepper's steps are, in turn, a model's turn and its tool's result.
std::string ExpectedKey(const std::string& run, int turn) {
  return absl::StrCat(run, "/", 2 * turn + 1);
}

std::string Describe(const ToolUse& use) {
  return absl::StrCat("key ", use.key, " of turn ", use.turn, " in attempt ",
                      use.attempt, " by process ", use.pid);
}

class ToolCheck {
 public:
  explicit ToolCheck(const ToolReceipts& receipts) : receipts_(receipts) {}

  void CheckKey(const ToolUse& use) {
    if (use.key == ExpectedKey(use.run, use.turn)) return;
    Add(kStepKey, use.run, Describe(use));
  }

  void CheckRepetition(const ToolUse& use) {
    const bool first = used_.insert(use.key).second;
    if (first || ++repeated_[{use.run, use.attempt}] <= 1) return;
    Add(kStepRepeated, use.run, Describe(use));
  }

  void CheckResult(const Chunk& chunk, const ToolResult& result) {
    const std::string key =
        ExpectedKey(chunk.run_id, TurnOfCall(result.call_id));
    const auto receipt = receipts_.ReceiptOf(key);
    if (receipt.ok() && *receipt == result.result && !result.is_error) return;
    if (!shown_.insert(key).second) return;
    Add(kToolResult, chunk.run_id,
        absl::StrCat("key ", key, ": '", result.result, "' instead of '",
                     receipt.value_or("nothing"), "'"));
  }

  std::vector<Violation> Take() { return std::move(violations_); }

 private:
  void Add(const char* rule, const std::string& run, std::string evidence) {
    violations_.push_back({rule, "", run, std::move(evidence)});
  }

  const ToolReceipts& receipts_;
  std::set<std::string> used_;
  std::map<std::pair<std::string, int>, int> repeated_;
  std::set<std::string> shown_;
  std::vector<Violation> violations_;
};

}  // namespace

absl::StatusOr<std::vector<Violation>> CheckToolUses(
    const std::vector<Event>& history, const ToolReceipts& receipts,
    bool power_lost) {
  ASSIGN_OR_RETURN(const std::vector<ToolUse> uses, receipts.Calls());
  ToolCheck check(receipts);
  for (const ToolUse& use : uses) {
    check.CheckKey(use);
    if (!power_lost) check.CheckRepetition(use);
  }
  for (const Event& event : history) {
    const auto* seen = std::get_if<ChunkSeen>(&event.body);
    if (seen == nullptr) continue;
    const auto* result = std::get_if<ToolResult>(&seen->chunk.content);
    if (result != nullptr) check.CheckResult(seen->chunk, *result);
  }
  return check.Take();
}

}  // namespace agent::chaos
