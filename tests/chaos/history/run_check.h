// What became of each accepted run of a conversation.
#ifndef AGENT_TESTS_CHAOS_HISTORY_RUN_CHECK_H_
#define AGENT_TESTS_CHAOS_HISTORY_RUN_CHECK_H_

#include <map>
#include <string>
#include <vector>

#include "tests/chaos/history/checker.h"
#include "tests/chaos/history/facts.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/losses.h"
#include "tests/chaos/history/reader_check.h"
#include "tests/chaos/history/run_text.h"

namespace agent::chaos {

// A run as the log holds it in the end.
struct StandingRun {
  std::vector<const Chunk*> entries;
  const Chunk* terminal = nullptr;
  int terminals = 0;
  RunText text;
};

// In the order of the log; `order` holds the runs that began.
struct StandingLog {
  std::map<std::string, StandingRun> runs;
  std::vector<std::string> order;
};

StandingLog StandingOf(const std::vector<const EntryView*>& log);

// All arguments must outlive it. Thread-compatible.
class RunCheck {
 public:
  RunCheck(const ConversationView* conversation, const StandingLog* standing,
           const Facts* facts, const Losses* losses, Findings* findings,
           CheckCounts* counts)
      : conversation_(*conversation),
        standing_(*standing),
        facts_(*facts),
        losses_(*losses),
        findings_(*findings),
        counts_(*counts) {}

  // Every accepted run ended, once, as its record says and as it should.
  void CheckEnds();
  // What readers saw as a run's end is its end, and their text is its text.
  void CheckSeen(const std::vector<SeenEnd>& seen);

 private:
  void CheckEnd(const std::string& id, const RunView& run);
  void CheckRecord(const std::string& id, const Run& record,
                   const StandingRun& standing);
  void CheckNotBegun(const std::string& id, const Run& record,
                     const StandingRun& standing);
  void CheckPlan(const std::string& id, const RunView& run, const Run& record);
  void CheckCompleted(const std::string& id, const RunView& run,
                      const Run& record);
  bool MayFail(const RunView& run, const Run& record) const;
  void CheckLooks(const std::string& id, const RunView& run, const Run& record);
  void CheckCancels(const std::string& id, const RunView& run,
                    const StandingRun& standing);
  void CheckCancelled(const std::string& id, const At<Cancel>& cancel,
                      const StandingRun& standing);
  void CheckAfterCursor(const std::string& id, const RunView& run,
                        const StandingRun& standing);
  void CheckSeenEnd(const SeenEnd& seen);
  bool MayHaveLostAttempt(const SeenEnd& seen) const;
  bool CancelMayBeLost(const std::string& id) const;
  void Count(RunState state);
  void Add(const char* rule, const std::string& run, const std::string& what);

  const ConversationView& conversation_;
  const StandingLog& standing_;
  const Facts& facts_;
  const Losses& losses_;
  Findings& findings_;
  CheckCounts& counts_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_RUN_CHECK_H_
