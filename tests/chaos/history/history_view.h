// A history, sorted by what its events are about.
#ifndef AGENT_TESTS_CHAOS_HISTORY_HISTORY_VIEW_H_
#define AGENT_TESTS_CHAOS_HISTORY_HISTORY_VIEW_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "lib/log/chunk.h"
#include "tests/chaos/history/event.h"
#include "tests/chaos/history/facts.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/run_plan.h"

namespace agent::chaos {

// An event's body with its time.
template <typename T>
struct At {
  absl::Time at;
  const T* body;
  const T* operator->() const { return body; }
};

struct RunView {
  std::string agent;
  std::string message;
  RunPlan plan;
  std::vector<At<Submit>> answers;  // that named this run
  std::vector<At<Cancel>> cancels;
  std::vector<At<RunLook>> looks;

  // The last answered of those after the last fault.
  const RunLook* FinalLook() const;
};

struct EntryView {
  Chunk chunk;
  absl::Time seen_at;  // first; the end of time if only the audit did
  std::string seen_by;
  bool stands = false;  // Redis holds it in the end
};

struct ConversationView {
  std::string id;
  std::map<std::string, RunView> runs;  // accepted ones
  std::map<StreamId, EntryView> entries;
  std::vector<At<Delete>> deletes;
  std::vector<At<ConversationLook>> looks;
  // Whether a try at RunAgent may have been carried out unseen.
  bool unsure_submits = false;

  // Whether a delete may have been carried out by `when`.
  bool MayBeDeleted(absl::Time when) const;
  const ConversationLook* FinalLook() const;
  // Whether any run that is known in the end had been accepted by `when`.
  bool Stood(absl::Time when) const;
  // When it was deleted for good; the end of time if it was not.
  absl::Time deleted_at() const;
};

struct ReaderView {
  std::string name;
  std::string conversation;
  // Its own events, in its order.
  std::vector<
      std::pair<absl::Time, std::variant<const StreamOpen*, const ChunkSeen*,
                                         const StreamEnd*, const StartOver*>>>
      events;
};

// Points into the history it was made from.
struct HistoryView {
  std::map<std::string, ConversationView> conversations;
  std::map<std::string, ReaderView> readers;
  // By request_id, which is unique in the history.
  std::map<std::string, std::vector<At<Submit>>> requests;
  int64_t calls = 0;
  int64_t chunks_seen = 0;

  // Whether there is a request that no try got an answer to.
  bool HasUnanswered() const;
};

// Finds, on the way, entries that are not the same to everybody.
HistoryView Sort(const std::vector<Event>& history, const Facts& facts,
                 Findings* findings);

// Whether the chunk is the only one of a run that never began, which is told
// but not in the log.
bool IsQueuedCancel(const Chunk& chunk);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_HISTORY_VIEW_H_
