// Where runs live: accepted, leased, written, ended. Every method is one atomic
// script over one conversation's keys; design and proof in docs/durability.md.
#ifndef AGENT_LIB_LOG_RUN_STORE_H_
#define AGENT_LIB_LOG_RUN_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/callback.h"
#include "lib/log/run.h"

namespace agent {

// Who asks for which conversation. Another principal's conversation is told as
// one that does not exist.
struct ConversationKey {
  std::string principal;
  std::string conversation_id;
};

struct AdmitRequest {
  ConversationKey conversation;
  std::string agent;  // lower case
  std::string run_id;
  std::string request_id;    // empty: none
  std::string request_hash;  // of everything in the request but request_id
  std::string message;
  RunOptions options;
};

struct Admission {
  std::string run_id;
  StreamId cursor;  // the log's newest position when the run was accepted
  int64_t accept_time_ms = 0;
  bool repeated = false;  // this request was accepted before
};

// What BEGIN decided about a conversation.
struct BeginOutcome {
  enum class Kind {
    kRun,     // `assignment` is ours
    kIdle,    // nothing to do
    kBusy,    // another's lease holds; look again after `retry_after`
    kNotDue,  // back-off; look again after `retry_after`
    kEnded,   // the script itself ended the run; ask again
  };
  Kind kind = Kind::kIdle;
  RunAssignment assignment;
  absl::Duration retry_after;
  // Of kEnded: what became of it, for logs and the dead letter.
  std::string run_id;
  RunState state = RunState::kFailed;
  std::string failure_reason;
  int64_t queue_length = 0;
};

// How a run ends.
struct RunEnd {
  RunState state = RunState::kCompleted;
  RunCompleted completed;  // of kCompleted
  RunFailed failed;        // of kFailed
  Usage usage;             // of any state
  // Failed attempts, if they are what ended it: then a dead letter is written.
  int exhausted_after = 0;
};

struct AppendRequest {
  std::string conversation_id;
  std::string run_id;
  int attempt = 0;
  std::string token;
  int64_t sequence = 0;  // of the first of `chunks`
  std::vector<ChunkContent>
      chunks;                       // 64 at most, no terminal; empty: heartbeat
  int64_t step_index = 0;           // of `step`, or of the next one
  std::optional<std::string> step;  // JSON; stands after all of `chunks`
  std::optional<RunEnd> end;
  // Not sent any more after that, but answered UNAVAILABLE. Nobody may hold it
  // back until the lease has passed on: a store that lost the next attempt's
  // beginning would take it.
  absl::Duration patience = absl::InfiniteDuration();
};

struct AppendOutcome {
  enum class Kind {
    kOk,
    kFenced,  // the lease passed on: nothing was written, stop
    kCancel,  // a cancellation was asked for: end the run as cancelled
    kGap,     // the store lost our tail: send again from next_sequence/_step
    kLost,    // the conversation is gone: stop
  };
  Kind kind = Kind::kOk;
  int64_t next_sequence = 0;
  int64_t next_step = 0;
  StreamId last_id;     // of the record, after this call
  int64_t written = 0;  // entries this very call wrote, the last being last_id
  int64_t write_time_ms = 0;
  int64_t queue_length = 0;  // runs left in the mailbox; only after an end
};

// Why an attempt is given back.
enum class ReleaseKind {
  kHandOver,  // drained: no failure, may be taken at once
  kFailed,  // it failed and may be retried: the lease ends now, the next BEGIN
            // counts the failure and waits its back-off, as after a lapse
};

// What each page of a listing holds, and where the next begins ("" at the end).
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next_page_token;
};

// Thread-safe; never blocks; callbacks run on the store's thread, exactly once,
// and must not block. Errors (besides each method's own): UNAVAILABLE when the
// store cannot be reached in time (what was sent may have been done: every
// method may be repeated), RESOURCE_EXHAUSTED STORE_FULL, FAILED_PRECONDITION
// STATE_VERSION.
class RunStore {
 public:
  virtual ~RunStore() = default;

  // Makes the run durable and hints workers. ALREADY_EXISTS, AGENT_MISMATCH,
  // MAILBOX_FULL, NOT_FOUND (another principal's).
  virtual void Admit(AdmitRequest request, Callback<Admission> done) = 0;

  // Takes the conversation's next run for `token`, if it may be taken. Loads
  // history and steps with it.
  virtual void Begin(std::string conversation_id, std::string token,
                     Callback<BeginOutcome> done) = 0;

  // Appends and renews the lease; renews `agent-due` too.
  virtual void Append(AppendRequest request, Callback<AppendOutcome> done) = 0;

  // Gives an attempt back: its lease ends now. OK too when it is not this
  // token's any more (nothing is changed then).
  virtual void Release(std::string conversation_id, std::string run_id,
                       int attempt, std::string token, ReleaseKind kind,
                       StatusCallback done) = 0;

  // Durable before it is answered; the run as it is then. RUN_NOT_FOUND.
  virtual void Cancel(ConversationKey conversation, std::string run_id,
                      Callback<Run> done) = 0;

  // FAILED_PRECONDITION RUN_ACTIVE unless `force`. NOT_FOUND.
  virtual void Delete(ConversationKey conversation, bool force,
                      StatusCallback done) = 0;

  virtual void GetRun(ConversationKey conversation, std::string run_id,
                      Callback<Run> done) = 0;
  // Newest first.
  virtual void ListRuns(ConversationKey conversation, int page_size,
                        std::string page_token, Callback<Page<Run>> done) = 0;
  virtual void GetConversation(ConversationKey conversation,
                               Callback<Conversation> done) = 0;
  // Most recently active first; `agent` (lower case) narrows unless empty.
  virtual void ListConversations(std::string principal, std::string agent,
                                 int page_size, std::string page_token,
                                 Callback<Page<Conversation>> done) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_RUN_STORE_H_
