// A conversation while it is played: what its clients must know of each other.
#ifndef AGENT_TESTS_CHAOS_HISTORY_SCENE_H_
#define AGENT_TESTS_CHAOS_HISTORY_SCENE_H_

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/mutex.h"
#include "tests/chaos/history/calls.h"
#include "tests/chaos/history/run_book.h"
#include "tests/chaos/history/stop_flag.h"

namespace agent::chaos {

// Thread-safe.
class Scene {
 public:
  // The turns in the order in which they are submitted; all in one
  // conversation, which `turns[0]` may leave to the service to name. All
  // pointers must outlive it.
  Scene(std::string name, std::vector<Request> turns, const Calls* calls,
        RunBook* book, StopFlag* stop);

  const std::string& name() const { return name_; }
  size_t turns() const { return turns_; }
  const Calls& calls() const { return calls_; }
  StopFlag& stop() const { return stop_; }

  // Until it is answered, with the same request_id, at one node after another.
  // False: stopped, or deleted before.
  bool SubmitTurn(size_t turn, Chance* chance);
  // Once more, though it was answered.
  void RepeatTurn(size_t turn, Chance* chance);
  // A client was told that what was accepted does not exist: sends all that was
  // answered once more, in order.
  void SubmitAgain(Chance* chance);
  // With force, until it is answered. Nothing is submitted any more.
  void Delete(Chance* chance);

  // Empty: not known yet.
  std::string conversation() const;
  std::optional<Submit> answer(size_t turn) const;
  // Waits for it; none: stopped, or deleted.
  std::optional<Submit> AwaitAnswer(size_t turn) const;
  // That run, and those before it, were seen to end; false: stopped, deleted.
  bool AwaitEnd(size_t turn) const;

  void Ended(const std::string& run) const { book_.Ended(run); }
  // Every turn was answered and every run was seen to end; or it was deleted.
  bool AllEnded() const;
  bool deleted() const;
  // Whether any reader saw an entry of the log.
  void Began() { began_ = true; }
  bool began() const { return began_; }

 private:
  bool TrySubmit(size_t turn, Chance* chance);

  const std::string name_;
  const size_t turns_;
  const Calls& calls_;
  RunBook& book_;
  StopFlag& stop_;

  std::atomic<bool> began_ = false;
  // Held over calls: submits of a scene that was lost go one after another,
  // and never beside its delete.
  Mutex again_mu_;
  mutable Mutex mu_;
  std::vector<Request> requests_ ABSL_GUARDED_BY(mu_);
  std::vector<std::optional<Submit>> answers_ ABSL_GUARDED_BY(mu_);
  std::string conversation_ ABSL_GUARDED_BY(mu_);
  bool deleted_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_SCENE_H_
