// What the clients of a chaos run saw, as data: each call, each chunk, each
// answer. The checker is a function of these alone.
#ifndef AGENT_TESTS_CHAOS_HISTORY_EVENT_H_
#define AGENT_TESTS_CHAOS_HISTORY_EVENT_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/log/chunk.h"
#include "lib/log/run.h"
#include "lib/log/stream_id.h"

namespace agent::chaos {

// How a call ended.
struct Outcome {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string reason;  // ErrorInfo's; empty: none
  std::string message;

  bool ok() const { return code == absl::StatusCode::kOk; }
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// One try at RunAgent; `sent` to Event::at is its time.
struct Submit {
  absl::Time sent;
  int node = 0;
  std::string request_id;
  std::string conversation;  // as asked; empty: a new one
  std::string agent;
  std::string message;
  Outcome outcome;
  // Of an answer:
  std::string answered_conversation;
  std::string run;
  StreamId cursor;
  int64_t accept_time_ms = 0;
};

// One call of StreamResponse. A reader makes many, one after another.
struct StreamOpen {
  int64_t call = 0;    // unique in the history
  std::string reader;  // unique in the history
  int node = 0;
  std::string conversation;
  std::string run;     // empty: of the conversation
  std::string cursor;  // as it was sent
  bool follow = false;
  bool library = false;  // through our client library: its calls are its own
};

struct ChunkSeen {
  int64_t call = 0;
  Chunk chunk;
};

// Whether the reader itself broke the call off, whatever the outcome says.
enum class Leave {
  kNot,
  kPlanned,    // as readers do
  kBrokenOff,  // it was still waiting when everything was over
};

struct StreamEnd {
  int64_t call = 0;
  Outcome outcome;
  Leave leave = Leave::kNot;
};

// After DATA_LOSS: the reader dropped all text and begins at 0-0 again.
struct StartOver {
  std::string reader;
};

struct Cancel {
  absl::Time sent;
  int node = 0;
  std::string conversation;
  std::string run;
  Outcome outcome;
  RunState state = RunState::kQueued;  // of an answer
};

struct Delete {
  absl::Time sent;
  int node = 0;
  std::string conversation;
  Outcome outcome;
};

// GetRun; those taken after the last fault are marked as final.
struct RunLook {
  absl::Time sent;
  int node = 0;
  std::string conversation;
  std::string run_id;
  bool final_look = false;
  Outcome outcome;
  Run run;  // of an answer
};

// GetConversation and ListRuns.
struct ConversationLook {
  absl::Time sent;
  int node = 0;
  std::string conversation;
  bool final_look = false;
  Outcome outcome;
  Conversation state;             // of an answer
  std::vector<std::string> runs;  // oldest first
};

using EventBody =
    std::variant<Submit, StreamOpen, ChunkSeen, StreamEnd, StartOver, Cancel,
                 Delete, RunLook, ConversationLook>;

struct Event {
  // When the client knew: monotonic, and comparable with the wall clock as it
  // was when the history began.
  absl::Time at;
  EventBody body;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_EVENT_H_
