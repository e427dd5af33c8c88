// A run and a conversation as the record knows them.
#ifndef AGENT_LIB_LOG_RUN_H_
#define AGENT_LIB_LOG_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/log/chunk.h"
#include "lib/log/message.h"

namespace agent {

enum class RunState { kQueued, kRunning, kCompleted, kFailed, kCancelled };

inline bool IsEnded(RunState state) { return state >= RunState::kCompleted; }

struct RunOptions {
  bool disable_tools = false;
  std::string response_json_schema;
  absl::Duration timeout;  // from the start of its first attempt; > 0
  friend bool operator==(const RunOptions&, const RunOptions&) = default;
};

struct Run {
  std::string run_id;
  std::string conversation_id;
  std::string agent;  // lower case
  RunState state = RunState::kQueued;
  int attempt = 0;  // the latest, from 1; 0 while queued
  bool cancel_requested = false;
  int64_t accept_time_ms = 0;
  int64_t start_time_ms = 0;  // 0: not yet
  int64_t end_time_ms = 0;    // 0: not yet
  StreamId accept_cursor;     // the log's newest position at acceptance
  StreamId first_id;          // zero while there is none
  StreamId last_id;           // zero while there is none
  int64_t chunk_count = 0;
  Usage usage;
  RunFailed failure;  // set when `state` is kFailed
  std::string message;
};

struct Conversation {
  std::string conversation_id;
  std::string agent;
  int64_t create_time_ms = 0;
  int64_t update_time_ms = 0;
  int64_t expire_time_ms = 0;
  std::string active_run_id;  // empty: none
  int queued_runs = 0;        // the active one not counted
  std::vector<Message> messages;
};

// Cancelled while it was queued: nothing of it ever enters the log.
inline bool NeverBegan(const Run& run) {
  return run.state == RunState::kCancelled && run.first_id.IsZero();
}

// A run as it is given to an attempt at it.
struct RunAssignment {
  std::string conversation_id;
  std::string run_id;
  std::string agent;
  int attempt = 1;
  std::string token;  // with `attempt`, the fence
  int failures = 0;
  int lapses = 0;             // those of which nobody told: their workers died
  int64_t next_sequence = 0;  // number of the first chunk to append
  int64_t next_step = 0;      // index of the first step to append
  StreamId standing;          // last chunk of the journalled steps; zero: none
  StreamId first_id;          // the run's first chunk; zero: none yet
  std::string message;
  RunOptions options;
  int64_t start_time_ms = 0;  // of the first attempt, by the store's clock
  int64_t now_ms = 0;         // the store's clock when this was assigned
  // The lease had begun this long before: the first reply was lost.
  int64_t lease_age_ms = 0;
  // What was said before: complete turns and marked incomplete ones, at most
  // `max_history_messages` and 4 MiB, oldest dropped first, always whole turns.
  std::vector<Message> history;
  int64_t history_dropped = 0;  // how many older messages were left out
  // The finished steps of earlier attempts, in order.
  std::vector<Message> steps;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_RUN_H_
