// Collects violations while the checker looks.
#ifndef AGENT_TESTS_CHAOS_HISTORY_FINDINGS_H_
#define AGENT_TESTS_CHAOS_HISTORY_FINDINGS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/log/chunk.h"
#include "tests/chaos/history/checker.h"
#include "tests/chaos/history/event.h"

namespace agent::chaos {

// Limits: what exceeds kMax says nothing new and is dropped.
// Thread-compatible.
class Findings {
 public:
  static constexpr size_t kMax = 20'000;

  void Add(const char* rule, const std::string& conversation,
           const std::string& run, std::string evidence) {
    if (violations_.size() >= kMax) return;
    violations_.push_back({rule, conversation, run, std::move(evidence)});
  }

  std::vector<Violation> Take() { return std::move(violations_); }

 private:
  std::vector<Violation> violations_;
};

// As evidence: "1734-9001 run 1a2b3c4d attempt 1 sequence 3 text '[1a2b...'".
std::string Describe(const Chunk& chunk);
std::string Describe(const Outcome& outcome);
std::string Describe(absl::Time time);

// When Redis wrote the entry.
absl::Time WriteTime(const Chunk& chunk);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_FINDINGS_H_
