// Whether runs went on while nothing kept them from it.
#ifndef AGENT_TESTS_CHAOS_HISTORY_PACE_CHECK_H_
#define AGENT_TESTS_CHAOS_HISTORY_PACE_CHECK_H_

#include "tests/chaos/history/facts.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/run_check.h"

namespace agent::chaos {

// No run stands still for longer than the facts' patience, faults' own time not
// counted: from its acceptance, or the end of the run before it, to its first
// entry, and from each entry to the next.
void CheckPace(const ConversationView& conversation,
               const StandingLog& standing, const Facts& facts,
               Findings* findings);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_PACE_CHECK_H_
