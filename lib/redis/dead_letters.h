// `agent-dead`: the runs that used up their attempts, for people to look at.
#ifndef AGENT_LIB_REDIS_DEAD_LETTERS_H_
#define AGENT_LIB_REDIS_DEAD_LETTERS_H_

#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "lib/log/limits.h"
#include "lib/redis/redis_client.h"
#include "lib/redis/scripts.h"

namespace agent {

// What a conversation owes; the record notes it with the end itself.
struct DeadLetter {
  std::string agent;
  std::string conversation_id;
  std::string run_id;
  int failures = 0;
};

// Thread-safe. `client` and `scripts` must outlive it.
class DeadLetters {
 public:
  DeadLetters(RedisClient* client, const Scripts* scripts,
              const RunLimits& limits)
      : client_(client), scripts_(scripts), limits_(limits) {}

  // Writes them, each once however often it is asked for, and strikes them off
  // what the record owes. Whatever fails is still owed: the next BEGIN of the
  // conversation, or the next scan of the records, meets it.
  void Write(const std::vector<DeadLetter>& letters,
             absl::AnyInvocable<void() &&> then);

 private:
  void Strike(const DeadLetter& letter, absl::AnyInvocable<void()> done);

  RedisClient* const client_;
  const Scripts* const scripts_;
  const RunLimits limits_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_DEAD_LETTERS_H_
