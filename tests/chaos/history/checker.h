// Proves from what everybody saw that the promises of docs/durability.md were
// kept, or names those that were broken, with the evidence.
#ifndef AGENT_TESTS_CHAOS_HISTORY_CHECKER_H_
#define AGENT_TESTS_CHAOS_HISTORY_CHECKER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/chaos/history/event.h"
#include "tests/chaos/history/facts.h"

namespace agent::chaos {

struct Violation {
  std::string rule;  // see rules.h
  std::string conversation;
  std::string run;  // empty: of the conversation
  std::string evidence;
};

// What the checker had before it: little of it is little evidence.
struct CheckCounts {
  int64_t conversations = 0;
  int64_t runs = 0;
  int64_t completed = 0;
  int64_t failed = 0;
  int64_t cancelled = 0;
  int64_t deleted = 0;
  int64_t repeated_submits = 0;
  int64_t readers = 0;
  int64_t calls = 0;
  int64_t chunks_seen = 0;
  int64_t entries = 0;          // distinct ones
  int64_t takeovers = 0;        // attempts after a run's first
  int64_t discarded = 0;        // entries that an attempt told to discard
  int64_t taken_back = 0;       // entries that a power loss took
  int64_t ends_taken_back = 0;  // terminal ones among them
  int64_t start_overs = 0;
  int64_t admissions_lost = 0;
};

struct Report {
  std::vector<Violation> violations;
  CheckCounts counts;

  bool ok() const { return violations.empty(); }
  // For people: the counts, the violations by rule, and the first of each with
  // its evidence.
  std::string ToText() const;
};

// A pure function. `history` may be in any order that keeps each client's own.
Report Check(const std::vector<Event>& history, const Facts& facts);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_CHECKER_H_
