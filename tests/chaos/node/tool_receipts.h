// What the chaos agents' tool did: it can refuse to act twice, as a bank's can,
// and it keeps a book of every call, so that a checker sees what was repeated.
#ifndef AGENT_TESTS_CHAOS_NODE_TOOL_RECEIPTS_H_
#define AGENT_TESTS_CHAOS_NODE_TOOL_RECEIPTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace agent::chaos {

// One call of the tool, as its book has it.
struct ToolUse {
  std::string run;
  int turn = 0;  // of the model, that asked for the call
  std::string key;
  int attempt = 0;
  int64_t pid = 0;

  friend bool operator==(const ToolUse&, const ToolUse&) = default;
};

// A directory that all nodes share: `calls.log` and, for each key that was
// used, a file with its receipt. Thread-safe, also across processes, and
// whichever of them dies when.
class ToolReceipts {
 public:
  // Makes the directory if it is not there; "": none, every effect is new.
  explicit ToolReceipts(std::string dir);

  // Notes the call; then acts, unless it was done under this key before. The
  // receipt is random and the same for every use of one key.
  absl::StatusOr<std::string> Use(const ToolUse& use) const;

  // NOT_FOUND: never used.
  absl::StatusOr<std::string> ReceiptOf(std::string_view key) const;

  // All calls so far, in their order.
  absl::StatusOr<std::vector<ToolUse>> Calls() const;

 private:
  std::string PathOf(std::string_view key) const;
  absl::Status Note(const ToolUse& use) const;

  const std::string dir_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_TOOL_RECEIPTS_H_
