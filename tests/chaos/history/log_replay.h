// Rebuilds the log of a conversation from every entry that anybody saw, in the
// order of their ids, which is the order in which they were written: what the
// log held at each moment, and whether each entry could follow what stood.
#ifndef AGENT_TESTS_CHAOS_HISTORY_LOG_REPLAY_H_
#define AGENT_TESTS_CHAOS_HISTORY_LOG_REPLAY_H_

#include <string>
#include <vector>

#include "tests/chaos/history/checker.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/losses.h"

namespace agent::chaos {

// The rules: numbers rise by one. A number that comes again means that the log
// was cut back to before it, which only a power loss does, and only to what was
// written in its last moment; what is then written again without a new attempt
// must be the same. Within what stands, runs follow one another, a run's
// sequence is dense, its attempts rise and each begins with its entry, and
// nothing follows a run's end.
//
// All arguments must outlive it. Thread-compatible.
class LogReplay {
 public:
  LogReplay(const ConversationView* conversation, const Losses* losses,
            Findings* findings, CheckCounts* counts)
      : conversation_(*conversation),
        losses_(*losses),
        findings_(*findings),
        counts_(*counts) {}

  void Run();

  // The log as it stood last: the entry with number n at n - 1. nullptr: an
  // entry that nobody saw.
  const std::vector<const EntryView*>& log() const { return log_; }

 private:
  void Push(const EntryView& entry);
  void CutBackTo(const EntryView& entry);
  void DropLostTail();
  void ComparePiece(const Chunk& now);
  void LeaveHole(const EntryView& entry);
  void CheckId(const Chunk& chunk);
  void CheckFollows(const EntryView& entry, const EntryView& before);
  void CheckBegins(const Chunk& chunk);
  void CheckDiscard(const Chunk& chunk, const AttemptStarted& started);
  void CheckHoles();
  void Add(const char* rule, const Chunk& chunk, const std::string& why);
  const EntryView* Last() const;

  const ConversationView& conversation_;
  const Losses& losses_;
  Findings& findings_;
  CheckCounts& counts_;

  std::vector<const EntryView*> log_;
  // What the newest cut took, from number `taken_from_` on, until an attempt
  // begins anew.
  std::vector<const EntryView*> taken_;
  size_t taken_from_ = 0;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_LOG_REPLAY_H_
