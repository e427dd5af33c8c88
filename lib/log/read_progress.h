// One reader's way through a log, without threads or I/O: what to ask the store
// next, what its answer means, and what goes to the client.
#ifndef AGENT_LIB_LOG_READ_PROGRESS_H_
#define AGENT_LIB_LOG_READ_PROGRESS_H_

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lib/log/entry_filter.h"
#include "lib/log/log_reader.h"
#include "lib/log/read_scope.h"
#include "lib/log/response_log.h"

namespace agent {

// Thread-compatible.
class ReadProgress {
 public:
  enum class Next {
    kBatch,   // TakeBatch has something
    kPage,    // read another page at once
    kWait,    // everything was told: wait for more
    kHold,    // ahead of the record: wait for its writer, but not for ever
    kAbsent,  // no such conversation yet
    kFailed,  // error()
  };

  explicit ReadProgress(ReadRequest request);

  // What to ask for after position().
  LogPageRequest PageRequest() const;
  // Takes what that answered. `told`: how often someone told to look at the
  // record, as a deletion does.
  Next OnPage(const LogPage& page, uint64_t told);
  // Takes what directly follows position() in the log: confirmed entries.
  Next OnEntries(const std::vector<ChunkPtr>& entries);
  // ... as a page of entries only.
  Next OnEntriesPage(const LogPage& page);

  bool HasBatch() const { return !ready_.empty() || ended_; }
  // Empties what is ready, as far as the bounds allow; one chunk at least.
  ReadBatch TakeBatch(size_t max_chunks, size_t max_bytes);

  StreamId position() const { return position_; }
  // Where it stands: everything up to here is told or ready. None before the
  // first page has decided.
  std::optional<StreamId> told() const {
    return started_ ? std::optional(told_) : std::nullopt;
  }
  // Another page has room beside what is ready.
  bool IsLow() const { return !ended_ && ready_bytes_ <= kPageBytes; }
  // The last page was taken whole, and there was nothing after it.
  bool complete() const { return complete_; }
  const absl::Status& error() const { return error_; }

 private:
  // The bytes that a page of entries only is meant to have: a guess by the
  // page before; and the entries that it never has more of.
  static constexpr size_t kPageBytes = 64 << 10;
  static constexpr size_t kPageEntries = 200;
  // Of a whole page, whose entries cost Redis eight times as much.
  static constexpr int kWholePageEntries = 64;
  // What a reader keeps of pages that its client has not taken, two of them;
  // the rest is read again.
  static constexpr size_t kMaxReadyBytes = 2 * kPageBytes;

  // The first page decides where to begin.
  bool Start(const LogPage& page, Next* next);
  bool StartAtCursor(const LogPage& page, Next* next);
  bool StartAtRun(const LogPage& page, Next* next);
  void StandBefore(StreamId first);
  void StandAtEnd(const LogPage& page);
  bool SkipsToRun(const LogPage& page, const absl::Status& error);

  Next Gone(bool told_since);
  Next TakePage(const LogPage& page);
  void ExpectMore(const LogPage& page);
  enum class Taken { kYes, kFull, kGap };
  Taken TakeEntry(const ChunkPtr& entry, bool unconfirmed);
  Next AtEnd(const LogPage& page);
  Next AwaitRun(const LogPage& page);
  Next AwaitNextRun(const LogPage& page);
  Next TellCancelled(const LogPage& page, const Run& run);
  Next End();
  Next Fail(absl::Status error);

  const ReadRequest request_;
  uint64_t told_to_look_ = 0;  // when the last page was read
  bool started_ = false;
  ReadScope scope_;
  StreamId position_;            // pages are read after it
  bool at_terminal_ = false;     // position_ is one that counts
  int64_t number_ = kAnyNumber;  // of what was told last
  StreamId told_;                // everything up to here is told or ready
  std::string next_run_;         // seen queued by one that stands at an end
  // How many entries are expected to have room in the next page of entries
  // only; 0: a whole page is wanted.
  int next_entries_ = 0;
  std::deque<ChunkPtr> ready_;
  size_t ready_bytes_ = 0;
  bool ended_ = false;
  bool complete_ = false;
  absl::Status error_;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_READ_PROGRESS_H_
