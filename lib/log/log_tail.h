// The tail of one conversation's log in this process: its newest chunks, and
// the readers that wait for the next.
#ifndef AGENT_LIB_LOG_LOG_TAIL_H_
#define AGENT_LIB_LOG_LOG_TAIL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/base/timer_queue.h"
#include "lib/log/chunk_ring.h"
#include "lib/log/page_flights.h"
#include "lib/log/response_log.h"
#include "lib/log/tail_hub.h"

namespace agent {

class LogTail;

// Who waits at a tail. Told once for each wait, with no lock held.
class TailWaiter {
 public:
  virtual ~TailWaiter() = default;
  virtual void OnTail() = 0;
};

// What tails share: implemented by the hub.
class TailHost {
 public:
  virtual ~TailHost() = default;
  // Calls the tail's CheckStored in a moment.
  virtual void CheckSoon(const std::shared_ptr<LogTail>& tail,
                         int64_t number) = 0;
  // The conversation's writers send no wake-ups: look often.
  virtual void LookOften(const std::string& conversation_id, bool often) = 0;
  // Somebody waits: wake-ups are wanted. Calls the tail's OnWatching once they
  // are heard, if they were not already.
  virtual void Listen(const std::string& conversation_id) = 0;
  // Nobody reads the conversation any more.
  virtual void Forget(const std::string& conversation_id) = 0;
};

// What a reader knew of a log when it read its last page.
struct TailView {
  TailStamp stamp;
  int64_t record_number = 0;
  bool complete = false;  // it had everything up to the log's end
};

// A reader asks: what follows my position? The ring answers if it knows the
// position; a page does if it does not, or if there is news that only the
// record can tell; else the reader waits. So the ring is a cache, and whatever
// empties it costs a page, never a chunk.
//
// Another program's entry between two of ours has no number that would be
// missed: one that comes between what this process stores itself is passed over
// here (docs/redis-schema.md, "Living with the original samples").
//
// Thread-safe; never blocks.
class LogTail : public std::enable_shared_from_this<LogTail> {
 public:
  // What one pull takes from the ring, beyond its first chunk.
  static constexpr size_t kMaxPullChunks = 64;
  static constexpr size_t kMaxPullBytes = 64 << 10;

  // `log` and `timers` must outlive it.
  static std::shared_ptr<LogTail> Create(std::string conversation_id,
                                         ResponseLog* log, TimerQueue* timers,
                                         TailLimits limits,
                                         std::weak_ptr<TailHost> host);
  ~LogTail();
  LogTail(const LogTail&) = delete;
  LogTail& operator=(const LogTail&) = delete;

  // Reads a page, with others who want the same.
  void Fetch(LogPageRequest request, absl::Duration hold,
             PageFlights::Done done);

  enum class Pulled { kEntries, kPage, kWaiting };
  // What follows `position`. A complete view had nothing that does. kWaiting:
  // `waiter` is told when there is news.
  Pulled Pull(StreamId position, const TailView& view,
              const std::shared_ptr<TailWaiter>& waiter,
              std::vector<ChunkPtr>* entries);
  // Waits for any news, even of numbers that were seen. False: there is some.
  bool WaitForAny(const TailView& view,
                  const std::shared_ptr<TailWaiter>& waiter);
  void Leave(TailWaiter* waiter);

  void OnStored(const std::vector<ChunkPtr>& chunks);
  void OnWake(int64_t number);
  // Only the first time tells something: from then on all was heard.
  void OnWatching();
  void OnReset();
  void OnPosition(const LogPosition& position);
  // A wake-up told of this number, which this process seemed to be storing
  // itself.
  void CheckStored(int64_t number);

  // For tests and metrics.
  size_t ring_bytes() const;

 private:
  struct Waiting {
    std::weak_ptr<TailWaiter> waiter;
    bool at_end;  // of the ring: only what is new concerns it
  };
  using Waiters = std::unordered_map<TailWaiter*, Waiting>;

  LogTail(std::string conversation_id, TimerQueue* timers, TailLimits limits,
          std::weak_ptr<TailHost> host);

  TailStamp Stamp() const;
  void OnPage(const TailPage& answer, const ConversationKey& key);
  void OnExpiry();
  void ReadTail();
  void OnTailPage(StreamId after, const TailPage& answer);
  // All readers look at the record.
  void LookAll(bool distrust_ring);
  void Listen();
  static void Tell(const Waiters& waiters);

  // The ring begins anew: nothing follows `position`. Whom to tell.
  Waiters SyncLocked(StreamId position, int64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // False if it does not directly follow: the ring is of no use any more.
  bool PushLocked(const ChunkPtr& chunk) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool TakeTailPageLocked(StreamId after, const LogPage& page, Waiters* told)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DropRingLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // True: the caller reads the tail, outside the lock.
  bool WantsFetchLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void BeginFetchLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Waiters TakeLooseLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ArmExpiryLocked(int64_t ttl_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string conversation_id_;
  TimerQueue* const timers_;
  const std::weak_ptr<TailHost> host_;
  std::shared_ptr<PageFlights> flights_;  // constant after Create

  mutable Mutex mu_;
  TailStamp stamp_ ABSL_GUARDED_BY(mu_);
  ChunkRing ring_ ABSL_GUARDED_BY(mu_);
  bool synced_ ABSL_GUARDED_BY(mu_) = false;  // the ring means something
  int64_t number_ ABSL_GUARDED_BY(mu_) = 0;   // the log's, at the ring's end
  int64_t wanted_ ABSL_GUARDED_BY(mu_) = 0;   // numbers known to exist
  bool local_ ABSL_GUARDED_BY(mu_) = false;   // this process stored the last
  bool fetching_ ABSL_GUARDED_BY(mu_) = false;
  int64_t fetch_wanted_ ABSL_GUARDED_BY(mu_) = 0;  // wanted_ when it began
  Waiters waiters_ ABSL_GUARDED_BY(mu_);
  // Whose conversation it is: of a reader that was let in.
  ConversationKey key_ ABSL_GUARDED_BY(mu_);
  std::optional<LogPosition> known_ ABSL_GUARDED_BY(mu_);
  bool often_ ABSL_GUARDED_BY(mu_) = false;
  bool listens_ ABSL_GUARDED_BY(mu_) = false;
  bool watching_ ABSL_GUARDED_BY(mu_) = false;
  TimerQueue::TimerId expiry_ ABSL_GUARDED_BY(mu_) = 0;
  SteadyTime expiry_due_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_LOG_TAIL_H_
