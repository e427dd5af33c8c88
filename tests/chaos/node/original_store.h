// What the original samples keep in Redis, written from the description of
// their data: a response is a list of entries, each appended for itself with a
// new expiry; a queue delivers a run again when it has been invisible too long.
// There is no lease, no fence, no record: whoever runs, writes.
//
// Two things are ours, so that our readers can be used, and our checker: ids
// carry a number, and entries name their run.
#ifndef AGENT_TESTS_CHAOS_NODE_ORIGINAL_STORE_H_
#define AGENT_TESTS_CHAOS_NODE_ORIGINAL_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/log/chunk.h"
#include "lib/log/run.h"
#include "lib/redis/redis_client.h"

namespace agent::chaos {

struct OriginalRun {
  std::string run_id;
  std::string conversation_id;
  std::string agent;
  std::string message;
  int delivery = 0;  // from 1, when it is taken
};

// Blocks; thread-safe. UNAVAILABLE while Redis is away.
class OriginalStore {
 public:
  OriginalStore(const RedisOptions& redis, absl::Duration visibility,
                absl::Duration ttl);

  // Queues the run, unless it is known. Returns the log's newest position.
  absl::StatusOr<StreamId> Accept(const OriginalRun& run);

  // The next run that nobody seems to work on; it is hidden from the others for
  // the visibility timeout.
  absl::StatusOr<std::optional<OriginalRun>> Take();

  // Appends an entry and hides the run for longer.
  absl::Status Append(const OriginalRun& run, int64_t sequence,
                      const ChunkContent& content);
  // After its last entry.
  absl::Status Finish(const OriginalRun& run, RunState state,
                      const std::string& answer);

  // Entries after `cursor`, 100 at most.
  absl::StatusOr<std::vector<Chunk>> Read(const std::string& conversation_id,
                                          const StreamId& cursor);
  absl::StatusOr<int64_t> OpenRuns(const std::string& conversation_id);
  // NOT_FOUND.
  absl::StatusOr<Run> GetRun(const std::string& run_id);
  // Oldest first.
  absl::StatusOr<std::vector<std::string>> ListRuns(
      const std::string& conversation_id);
  absl::StatusOr<std::string> AnswerOf(const std::string& run_id);

 private:
  absl::StatusOr<Reply> Eval(const LuaScript& script,
                             std::vector<std::string> args);
  absl::StatusOr<Reply> Send(RedisCommand command);

  const std::string visibility_ms_;
  const std::string ttl_ms_;
  const std::unique_ptr<RedisClient> client_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_ORIGINAL_STORE_H_
