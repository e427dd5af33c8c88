// Plays one conversation: its turns, its readers, its cancels and its end.
#ifndef AGENT_TESTS_CHAOS_HISTORY_PLAY_H_
#define AGENT_TESTS_CHAOS_HISTORY_PLAY_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/timer_queue.h"
#include "tests/chaos/history/chance.h"
#include "tests/chaos/history/raw_reader.h"
#include "tests/chaos/history/scene.h"
#include "tests/chaos/history/workload.h"

namespace agent::chaos {

// Chooses what a conversation is to be. Used by one thread, which starts others
// for the readers and ends them.
class Play {
 public:
  // All must outlive it, and the scene it leaves.
  struct Services {
    const WorkloadOptions* options;
    const Calls* calls;
    RunBook* book;
    StopFlag* stop;
    TimerQueue* timers;
  };

  // `number` is the conversation's in the workload, `turns` how many it has.
  Play(const Services& services, int number, int turns);

  // Blocks until all of its clients are done.
  void Run();

  // Lives on, for a last look.
  std::shared_ptr<Scene> scene() const { return scene_; }

 private:
  std::vector<Request> MakeTurns(int turns);
  void StartReaders();
  void StartReader(int number);
  void Start(void (Play::*client)(uint64_t seed));
  void SubmitTurns();

  // Clients, each on a thread of its own.
  void ReadRuns(const std::string& name, bool library, uint64_t seed);
  void ReadConversation(ReaderHabits habits, bool late, uint64_t seed);
  void CancelSome(uint64_t seed);
  void LookNowAndThen(uint64_t seed);
  void CancelTurn(size_t turn, Chance* chance);
  ReaderHabits HabitsOf(const std::string& name, Chance* chance) const;

  const Services services_;
  Chance chance_;
  const std::string name_;
  const bool to_be_deleted_;
  std::shared_ptr<Scene> scene_;
  std::vector<std::thread> clients_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_PLAY_H_
