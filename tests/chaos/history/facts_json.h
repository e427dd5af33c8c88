// Facts as a file, so that a history can be checked again.
#ifndef AGENT_TESTS_CHAOS_HISTORY_FACTS_JSON_H_
#define AGENT_TESTS_CHAOS_HISTORY_FACTS_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/chaos/history/facts.h"

namespace agent::chaos {

absl::Status SaveFacts(const Facts& facts, const std::string& path);
// NOT_FOUND, INVALID_ARGUMENT.
absl::StatusOr<Facts> LoadFacts(const std::string& path);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_FACTS_JSON_H_
