// The commands between Send and their replies: what waits, what is in flight in
// the order it was written, what is to be tried again.
#ifndef AGENT_LIB_REDIS_COMMAND_PIPELINE_H_
#define AGENT_LIB_REDIS_COMMAND_PIPELINE_H_

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "lib/base/clock.h"
#include "lib/redis/pending_command.h"
#include "lib/redis/redis_connection.h"
#include "lib/redis/redis_error.h"

namespace agent {

// Belongs to the loop's thread. Every command that was added is answered
// exactly once; answering may call back into the client, never into this.
class CommandPipeline {
 public:
  CommandPipeline(CommandBudget* budget, size_t max_in_flight)
      : budget_(budget), max_in_flight_(max_in_flight) {}

  void Add(std::vector<PendingCommand> commands);

  // Appends to `connection` (null: there is none) what may be sent, answers
  // what is overdue. Returns when to be called again at the latest.
  SteadyTime Turn(RedisConnection* connection, SteadyTime now);

  // The reply to the oldest command in flight.
  void OnReply(Reply reply, SteadyTime now);

  void OnConnected();
  // What was written is answered as unknown; what was not is kept.
  void OnDisconnected(const RedisConnection& lost);
  // Answers what waits to be sent; there is no connection.
  void FailUnsent(const absl::Status& status);
  void FailAll(const absl::Status& status);

  // Why the connection is of no use any more; "" if it is. Asked after each
  // of the above.
  const std::string& broken() const { return broken_; }

 private:
  void Finish(PendingCommand& command, absl::StatusOr<Reply> result);
  void FinishAll(std::deque<PendingCommand>& commands,
                 const absl::Status& status);
  void Requeue(SteadyTime now);
  void Expire(SteadyTime now);
  void ExpireIn(std::deque<PendingCommand>& commands, SteadyTime now,
                std::vector<PendingCommand>* expired);
  void ExpireInFlight(SteadyTime now, std::vector<PendingCommand>* expired);
  void Fill(RedisConnection* connection, SteadyTime now);
  void Write(RedisConnection* connection, SteadyTime now,
             PendingCommand command);
  void OnError(PendingCommand command, std::string_view text, SteadyTime now);
  void OnLoaded(const PendingCommand& command, const Reply& reply);
  void OnNoScript(PendingCommand command);
  void Load(const LuaScript& script, SteadyTime deadline);
  void RetryLater(PendingCommand command, SteadyTime now);

  CommandBudget* const budget_;
  const size_t max_in_flight_;
  std::deque<PendingCommand> unsent_;
  std::deque<PendingCommand> repeats_;  // go before unsent_
  std::deque<PendingCommand> in_flight_;
  std::multimap<SteadyTime, PendingCommand> delayed_;  // by when to try again
  // Scripts whose SCRIPT LOAD is on its way, and those it was refused for.
  std::set<const LuaScript*> loading_;
  std::set<const LuaScript*> refused_;
  // No command is overdue before.
  SteadyTime next_expiry_ = SteadyTime::max();
  SteadyTime last_reply_;
  SteadyTime connected_at_;
  // Set when another connection is wanted: nothing more is sent on this one.
  bool draining_ = false;
  std::string broken_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_COMMAND_PIPELINE_H_
