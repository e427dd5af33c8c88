// A conversation's record and log in memory, with everything that a test wants
// to decide: when a page is read, when it arrives, which wake-ups are lost.
#ifndef AGENT_TESTS_LOG_FAKE_STORE_H_
#define AGENT_TESTS_LOG_FAKE_STORE_H_

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "lib/base/mutex.h"
#include "lib/log/response_log.h"
#include "tests/log/chunk_builders.h"

namespace agent::testing {

// Thread-safe. Pages are answered at once, on the caller's thread, unless held.
class FakeStore : public ResponseLog, public WakeSource {
 public:
  // --- What writers do. Each sends its wake-up unless they are being lost; a
  // method that writes returns the chunk.
  void Admit(const std::string& run);
  ChunkPtr Begin(const std::string& run);  // the attempt's first entry
  ChunkPtr Say(std::string text = "piece");
  ChunkPtr Complete();
  void CancelQueued(const std::string& run);
  void Release();  // the active run is queued again, at the front
  ChunkPtr ForeignSay(bool done = false);
  // A torn script: a terminal entry that the record does not confirm.
  ChunkPtr TearCompletion();

  // --- What befalls a log. No wake-ups.
  void TrimBefore(StreamId first);
  void ExpireLog();
  void Delete();
  // The newest entries and all the record knew of them are gone.
  void LoseTail(int64_t entries);

  // --- What a test decides.
  void LoseWakes(bool lose);
  void SendWake(int64_t number);
  void SendWatching();
  void SendReset();
  // Requests wait until they are answered one by one, or all.
  void HoldPages(bool hold);
  size_t held() const;
  // What the oldest held request may take.
  absl::Duration held_timeout() const;
  // How many entries alone it asks for.
  int held_entries_only() const;
  // Reads the oldest held request's page now, to be delivered by Deliver.
  void ReadHeld();
  void DeliverHeld();
  void FailPages(absl::Status error);  // OK: no more
  void SetTtl(int64_t log_ttl_ms, int64_t record_ttl_ms = -1);

  int pages_read() const;
  // Of them, those that were answered without the record.
  int entry_pages_read() const;
  int positions_read() const;
  std::multiset<std::string> watched() const;
  int watches() const;  // ever asked for
  std::vector<ChunkPtr> log() const;
  StreamId record_last() const;

  // --- The interfaces.
  void ReadPage(LogPageRequest request, Callback<LogPage> done) override;
  void ReadPositions(std::vector<std::string> conversation_ids,
                     Callback<std::vector<LogPosition>> done) override;
  void SetListener(WakeListener* listener) override;
  void Watch(std::string conversation_id) override;
  void Unwatch(std::string conversation_id) override;

  static constexpr char kConversation[] = "c";
  static constexpr char kPrincipal[] = "p";

 private:
  struct Held {
    LogPageRequest request;
    Callback<LogPage> done;
    std::optional<absl::StatusOr<LogPage>> answer;
  };

  ChunkPtr WriteLocked(ChunkContent content) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<LogPage> PageLocked(const LogPageRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // None where a whole page is needed.
  std::optional<LogPage> EntriesPageLocked(const LogPageRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FillRunLocked(const LogPageRequest& request, LogPage* page)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FillEntriesLocked(const LogPageRequest& request, LogPage* page)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Publish(int64_t number);

  mutable Mutex mu_;
  bool record_exists_ ABSL_GUARDED_BY(mu_) = false;
  bool log_exists_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t clock_ms_ ABSL_GUARDED_BY(mu_) = kStartMs;
  int64_t number_ ABSL_GUARDED_BY(mu_) = 0;
  StreamId record_last_ ABSL_GUARDED_BY(mu_);
  std::vector<ChunkPtr> log_ ABSL_GUARDED_BY(mu_);
  std::set<StreamId> torn_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Run> runs_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> order_ ABSL_GUARDED_BY(mu_);
  std::deque<std::string> queue_ ABSL_GUARDED_BY(mu_);
  std::string active_ ABSL_GUARDED_BY(mu_);
  int64_t log_ttl_ms_ ABSL_GUARDED_BY(mu_) = -1;
  int64_t record_ttl_ms_ ABSL_GUARDED_BY(mu_) = -1;

  bool lose_wakes_ ABSL_GUARDED_BY(mu_) = false;
  bool hold_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<Held> held_ ABSL_GUARDED_BY(mu_);
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  int pages_read_ ABSL_GUARDED_BY(mu_) = 0;
  int entry_pages_read_ ABSL_GUARDED_BY(mu_) = 0;
  int positions_read_ ABSL_GUARDED_BY(mu_) = 0;
  std::multiset<std::string> watched_ ABSL_GUARDED_BY(mu_);
  int watches_ ABSL_GUARDED_BY(mu_) = 0;

  Mutex listener_mu_;  // held while the listener is called
  WakeListener* listener_ ABSL_GUARDED_BY(listener_mu_) = nullptr;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_LOG_FAKE_STORE_H_
