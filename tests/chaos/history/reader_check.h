// What one reader saw, call after call, against the rules of docs/protocol.md.
#ifndef AGENT_TESTS_CHAOS_HISTORY_READER_CHECK_H_
#define AGENT_TESTS_CHAOS_HISTORY_READER_CHECK_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/chaos/history/checker.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/losses.h"
#include "tests/chaos/history/run_text.h"
#include "tests/chaos/history/status_check.h"

namespace agent::chaos {

// A run's end as a reader saw it, with the text that it held then.
struct SeenEnd {
  std::string reader;
  absl::Time at;
  std::string run;
  Chunk terminal;
  std::string text;
};

// All arguments must outlive it. Thread-compatible.
class ReaderCheck {
 public:
  ReaderCheck(const ReaderView* reader, const ConversationView* conversation,
              const StatusCheck* statuses, const Losses* losses,
              Findings* findings, CheckCounts* counts)
      : reader_(*reader),
        conversation_(*conversation),
        statuses_(*statuses),
        losses_(*losses),
        findings_(*findings),
        counts_(*counts) {}

  // Call it once; the ends that were seen, in order.
  std::vector<SeenEnd> Run();

 private:
  void Take(absl::Time at, const StreamOpen* open);
  void Take(absl::Time at, const ChunkSeen* seen);
  void Take(absl::Time at, const StreamEnd* end);
  void Take(absl::Time at, const StartOver* over);

  // Where a chunk stands after what was seen; whether it is new.
  bool CheckPlace(const Chunk& chunk);
  void CheckFirst(const Chunk& chunk);
  void CheckNext(const Chunk& chunk, const Chunk& last);
  void CheckWithinRun(const Chunk& chunk, const Chunk& last);
  void CheckNewRun(const Chunk& chunk, const Chunk& last);
  void TakeText(const Chunk& chunk);
  void TakeEnd(absl::Time at, const Chunk& chunk);
  void CheckTextOf(const std::string& run, const std::string& text, bool whole);
  void CheckProof(const Chunk& chunk, const std::string& text);
  void CheckOkEnd();
  void CheckFailure(absl::Time at, const Outcome& outcome);
  void CheckAll();
  void Add(const char* rule, const std::string& run, const std::string& what);

  const ReaderView& reader_;
  const ConversationView& conversation_;
  const StatusCheck& statuses_;
  const Losses& losses_;
  Findings& findings_;
  CheckCounts& counts_;

  const StreamOpen* open_ = nullptr;
  absl::Time opened_at_;
  std::optional<std::string> start_;  // the cursor it began with
  std::optional<Chunk> last_;         // in the log
  bool ended_ = false;                // the newest chunk ended its run
  bool ended_in_call_ = false;        // and so did one before it in this call
  bool broken_off_ = false;
  std::map<std::string, RunText> texts_;  // of runs that are being read
  std::vector<SeenEnd> ends_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_READER_CHECK_H_
