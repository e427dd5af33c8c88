// The ways in which chaos-node can be built wrong on purpose: what the checker
// cannot tell from the real service, it does not check.
#ifndef AGENT_TESTS_CHAOS_NODE_FLAW_H_
#define AGENT_TESTS_CHAOS_NODE_FLAW_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace agent::chaos {

enum class Flaw {
  kNone,         // the real service
  kOriginal,     // the algorithm of the samples that this project began from
  kNoToken,      // the fence is the attempt's number alone
  kRecordFirst,  // APPEND writes the record before the entries
  kNoSweeper,    // wake hints are the only way in which work is found
};

// "none", "original", "no_token", "record_first", "no_sweeper".
std::string FlawName(Flaw flaw);
// INVALID_ARGUMENT names them all.
absl::StatusOr<Flaw> ParseFlaw(std::string_view name);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_FLAW_H_
