// Reading a conversation's log: pages after a cursor, each with what the record
// says of it, and wake-ups when there may be more.
#ifndef AGENT_LIB_LOG_RESPONSE_LOG_H_
#define AGENT_LIB_LOG_RESPONSE_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/callback.h"
#include "lib/log/chunk.h"
#include "lib/log/run_store.h"

namespace agent {

struct LogPageRequest {
  ConversationKey conversation;
  StreamId after;  // entries strictly after it
  int max_entries = 200;
  // Report this run, if named; "newest" (accepted last): "" and
  // want_newest_run.
  std::string run_id;
  bool want_newest_run = false;
  // `after` is ignored: the page begins with the first entry of the run
  // reported. A run that has written nothing yet: no entries. No such run, the
  // newest being asked for (a log of other programs): from the oldest entry.
  bool from_run = false;
  // Not 0: the reader knows what the record says, `after` is an entry of ours,
  // and so many entries alone are enough, as they are for most of a long log.
  // They cost a fraction of a whole page, and their bytes are not bounded.
  int entries_only = 0;
  // How long the answer may take, where that is less than the store's own
  // bound.
  absl::Duration timeout = absl::InfiniteDuration();
};

// One script's view: page and record at one instant. What it means for a reader
// is decided by resume_rules.h.
struct LogPage {
  // Answers `entries_only`, where that can be answered without the record: of
  // the rest only `entries` and `more` are set. They are at least one, and all
  // IsPlainNext (entry_filter.h), beginning with `after`. Not `more`: what
  // follows, if anything does, is for a whole page to tell.
  bool entries_only = false;
  bool record_exists = false;
  bool log_exists = false;
  // Of the record (zero without one).
  int64_t record_number = 0;  // n: entries ever written
  StreamId record_last;
  bool run_active = false;
  int64_t queued_runs = 0;     // the active one not counted
  int64_t now_ms = 0;          // the store's clock
  int64_t log_ttl_ms = -1;     // until the log expires; -1: it does not
  int64_t record_ttl_ms = -1;  // until the record expires; -1: it does not
  // Of the log.
  bool cursor_exists = false;  // there is an entry `after`
  // ... and it is a terminal entry that counts: one that the record confirms
  // (as in `unconfirmed`), or another program's `done` or `error`.
  bool cursor_terminal = false;
  StreamId first_id;              // oldest entry kept
  StreamId last_id;               // newest entry kept
  std::vector<ChunkPtr> entries;  // after `after`, in order
  bool more = false;              // the page was full
  // Terminal entries of the page that the record does not confirm (a torn
  // script's): ids. They count for nothing.
  std::vector<StreamId> unconfirmed;
  // The run asked for, if the record knows it. Only run_id, state, attempt,
  // accept_cursor, first_id and last_id need be filled: pages are read often,
  // messages are long.
  std::optional<Run> run;
};

// Where a conversation stands: what a look for lost wake-ups compares.
struct LogPosition {
  bool record_exists = false;
  bool log_exists = false;
  StreamId last_id;           // newest entry kept; zero: none
  int64_t record_number = 0;  // the rest as in LogPage
  bool run_active = false;
  int64_t queued_runs = 0;
  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

// Conversations in one ReadPositions.
inline constexpr size_t kMaxPositions = 200;

// Thread-safe; callbacks on the store's thread.
class ResponseLog {
 public:
  virtual ~ResponseLog() = default;
  // UNAVAILABLE; NOT_FOUND for another principal's. A conversation of which
  // nothing exists is a page with both `..._exists` false.
  virtual void ReadPage(LogPageRequest request, Callback<LogPage> done) = 0;

  // Of kMaxPositions conversations at most, in the order asked, by one command:
  // thousands of idle streams may cost a few commands a second. Whose they are
  // is not looked at. UNAVAILABLE.
  virtual void ReadPositions(std::vector<std::string> conversation_ids,
                             Callback<std::vector<LogPosition>> done) = 0;
};

// Told by a WakeSource, on its thread; must not block.
class WakeListener {
 public:
  virtual ~WakeListener() = default;
  // The conversation's newest number is now at least `number`; 0: look at the
  // record (a run was admitted or cancelled, the conversation deleted).
  virtual void OnWake(std::string_view conversation_id, int64_t number) = 0;
  // A Watch has taken hold: what came before it may have gone unheard, unless
  // an earlier Watch had.
  virtual void OnWatching(std::string_view conversation_id) = 0;
  // Wake-ups were lost, or the store was restarted: trust no memory of the log.
  virtual void OnReset() = 0;
};

// Wake-ups: hints, never the truth.
class WakeSource {
 public:
  virtual ~WakeSource() = default;
  // At most one listener, set before the first Watch; cleared with nullptr,
  // which waits for a call in progress.
  virtual void SetListener(WakeListener* listener) = 0;
  // Counted: a conversation is watched until Unwatch was called as often.
  virtual void Watch(std::string conversation_id) = 0;
  virtual void Unwatch(std::string conversation_id) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_RESPONSE_LOG_H_
