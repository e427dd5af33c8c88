// Histories made up for the checker's tests: a log that is written step by
// step, readers that read it, and what is found at the end.
#ifndef AGENT_TESTS_CHAOS_HISTORY_MADE_UP_HISTORY_H_
#define AGENT_TESTS_CHAOS_HISTORY_MADE_UP_HISTORY_H_

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "lib/log/chunk.h"
#include "tests/chaos/history/event.h"
#include "tests/chaos/history/facts.h"
#include "tests/chaos/history/run_text.h"
#include "tests/chaos/run_plan.h"

namespace agent::chaos {

// One conversation. Every step takes 10 ms. What is done is good by itself; a
// test damages `events` or `facts`, or lets something bad be written.
class MadeUpHistory {
 public:
  MadeUpHistory();

  std::vector<Event> events;
  Facts facts;

  static constexpr char kConversation[] = "c";

  // Accepted; the run's id.
  std::string Submit(const std::string& agent, const RunPlan& plan);
  // The same request once more.
  void SubmitAgain(const std::string& run);

  // Writes to the log. Those of a run go to the newest attempt.
  void Attempt(const std::string& run, const std::string& discard_after = "");
  void Say(const std::string& run, int pieces);
  void CallTool(const std::string& run);  // a step: it stands
  void Complete(const std::string& run);
  void Fail(const std::string& run, const std::string& reason);
  void CancelRun(const std::string& run, RunState answered);
  void EndCancelled(const std::string& run);
  // Submit to Complete.
  std::string WholeRun(const std::string& agent, const RunPlan& plan);
  // Any entry, with its id and its place in the run as they should be.
  void Write(const std::string& run, int attempt, ChunkContent content);
  void Wait(absl::Duration time) { now_ += time; }

  // Redis dies; the newest `entries` of the log are gone when it is back: they
  // are returned.
  std::vector<Chunk> LosePower(size_t entries);
  // The living writer writes again what was lost, under other ids.
  void WriteAgain(const std::vector<Chunk>& lost);

  // A reader reads the log from its beginning: of one run, if named.
  void Read(const std::string& reader, const std::string& run = "");
  // It reads these, a call for each run, which ends OK at the run's end. The
  // last call is left, if it comes to none.
  void ReadThese(const std::string& reader, const std::string& run,
                 const std::vector<Chunk>& chunks,
                 const std::string& cursor = "0-0");

  // Everybody looks for the last time.
  void Finish();

  std::vector<Chunk>& log() { return log_; }
  absl::Time now() const { return now_; }
  std::string last_id() const { return log_.back().id.ToString(); }
  // The last chunk of the run's steps; empty: none.
  std::string standing(const std::string& run) const;
  void Add(EventBody body);

  // Where the chunks that the reader saw stand in `events`.
  std::vector<size_t> ChunksOf(const std::string& reader) const;
  Chunk& chunk(size_t event) {
    return std::get<ChunkSeen>(events[event].body).chunk;
  }
  void Erase(size_t event) {
    events.erase(events.begin() + static_cast<std::ptrdiff_t>(event));
  }
  // The last event of this kind.
  template <typename T>
  T& Last() {
    size_t at = events.size() - 1;
    while (!std::holds_alternative<T>(events[at].body)) --at;
    return std::get<T>(events[at].body);
  }

 private:
  struct RunFacts {
    agent::chaos::Submit submit;
    RunPlan plan;
    RunState state = RunState::kQueued;
    RunFailed failure;
    int attempt = 0;
    std::string voice;
    int said = 0;  // pieces since the last step
  };

  void Tick() { now_ += absl::Milliseconds(10); }
  int64_t NextSequence(const std::string& run) const;
  int StepsOf(const std::string& run) const;
  std::string NextPiece(const std::string& run);
  RunText TextOf(const std::string& run) const;
  void LookAtRun(const std::string& run);
  Conversation StateOf() const;
  void Audit();

  absl::Time now_;
  int64_t calls_ = 0;
  std::vector<Chunk> log_;
  std::map<std::string, RunFacts> runs_;
  std::vector<std::string> order_;
};

// Whether the checker finds a violation of this rule.
bool Finds(const MadeUpHistory& history, const std::string& rule);
// "" or all that it finds.
std::string FoundIn(const MadeUpHistory& history);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_MADE_UP_HISTORY_H_
