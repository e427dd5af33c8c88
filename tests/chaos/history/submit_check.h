// Requests and what they became: one request, one run.
#ifndef AGENT_TESTS_CHAOS_HISTORY_SUBMIT_CHECK_H_
#define AGENT_TESTS_CHAOS_HISTORY_SUBMIT_CHECK_H_

#include "tests/chaos/history/checker.h"
#include "tests/chaos/history/facts.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/losses.h"

namespace agent::chaos {

// All answers to a request name the same run; those of one acceptance, its
// time and cursor too. An acceptance is made anew only where a power loss may
// have taken the one before. Two requests are never one run.
void CheckSubmits(const HistoryView& view, const Facts& facts,
                  const Losses& losses, Findings* findings,
                  CheckCounts* counts);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_SUBMIT_CHECK_H_
