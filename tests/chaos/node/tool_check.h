// Proves from the tool's book that finished steps were not repeated.
#ifndef AGENT_TESTS_CHAOS_NODE_TOOL_CHECK_H_
#define AGENT_TESTS_CHAOS_NODE_TOOL_CHECK_H_

#include <vector>

#include "absl/status/statusor.h"
#include "tests/chaos/history/checker.h"
#include "tests/chaos/history/event.h"
#include "tests/chaos/node/tool_receipts.h"

namespace agent::chaos {

// The rules that its violations name:
//   step-key       a step had another idempotency key than its place demands
//   step-repeated  an attempt repeated more than the one step that was under
//                  way; not judged with `power_lost`, which takes back journals
//   tool-result    readers were shown another result than the tool's receipt
// Fails if the book cannot be read.
absl::StatusOr<std::vector<Violation>> CheckToolUses(
    const std::vector<Event>& history, const ToolReceipts& receipts,
    bool power_lost);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_TOOL_CHECK_H_
