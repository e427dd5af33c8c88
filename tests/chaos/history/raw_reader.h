// A reader over the generated stub, by the rules of docs/protocol.md and with
// no help from our library: what it writes down is what the service sent.
#ifndef AGENT_TESTS_CHAOS_HISTORY_RAW_READER_H_
#define AGENT_TESTS_CHAOS_HISTORY_RAW_READER_H_

#include <optional>
#include <string>

#include "agent/v1/agent_service.pb.h"
#include "tests/chaos/history/chance.h"
#include "tests/chaos/history/event.h"
#include "tests/chaos/history/scene.h"

namespace agent::chaos {

struct ReaderHabits {
  std::string name;    // unique in the history
  std::string run;     // only this one; empty: the conversation
  std::string cursor;  // to begin at; empty: at the run
  bool follow = false;
  // It leaves in the middle, after about so long, and comes back elsewhere.
  absl::Duration mean_stay = absl::Milliseconds(700);
  // Before each batch, on average: zero: at once.
  absl::Duration pause;
  absl::Duration wait;  // for the conversation to come
  // Goes on from what the batch says, not from its last chunk.
  bool uses_batch_cursor = false;
};

// Used by one thread.
class RawReader {
 public:
  // `scene` must outlive it.
  RawReader(Scene* scene, ReaderHabits habits, uint64_t seed);

  // Until the run's end, or all of the conversation's; or until all is stopped.
  void Read();

 private:
  // What a call came to.
  struct CallEnd {
    Outcome outcome;
    Leave leave = Leave::kNot;
    bool any_chunk = false;
    bool moved = false;  // the cursor
  };

  CallEnd Call();
  v1::StreamResponseRequest MakeRequest() const;
  void Take(int64_t call, const v1::ResponseBatch& batch);
  Leave WhyLeft(const Outcome& outcome, bool left);
  // Whether to call again.
  bool AfterCall(const CallEnd& end);
  bool AfterOk(const CallEnd& end);
  bool AfterNotFound();
  bool StartOver();

  Scene& scene_;
  const ReaderHabits habits_;
  Chance chance_;

  std::string cursor_;
  bool ended_ = false;  // the newest chunk ended its run
  int silences_ = 0;    // calls in a row without a chunk when all had ended
  int surprises_ = 0;   // statuses that no client should see
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_RAW_READER_H_
