// `agent-conversations`: which conversations there are, by last activity, for
// listing. It may lag behind and hold what has expired; listing prunes it, and
// every process what is old.
#ifndef AGENT_LIB_REDIS_CONVERSATION_INDEX_H_
#define AGENT_LIB_REDIS_CONVERSATION_INDEX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/callback.h"
#include "lib/redis/redis_client.h"
#include "lib/redis/scripts.h"

namespace agent {

// A member of the index.
struct ListedConversation {
  std::string conversation_id;
  int64_t active_ms = 0;
};

// Thread-safe. `client` and `scripts` must outlive it.
class ConversationIndex {
 public:
  ConversationIndex(RedisClient* client, const Scripts* scripts)
      : client_(client), scripts_(scripts) {}

  // Not awaited.
  void Touch(const std::string& agent, const std::string& conversation_id,
             int64_t now_ms);
  void Remove(const std::string& agent, const std::string& conversation_id);
  // Of those that have expired, unless they became active since; not awaited.
  void Prune(const std::string& agent,
             const std::vector<ListedConversation>& expired);

  // Of those that were active more than `age` ago, some thousands; not awaited.
  void ForgetOld(const std::string& agent, absl::Duration age);

  // Up to `max`, most recently active first, strictly after `after`; ties by
  // id, descending. An empty id in `after`: from the beginning.
  void Read(const std::string& agent, const ListedConversation& after, int max,
            Callback<std::vector<ListedConversation>> done);

 private:
  RedisClient* const client_;
  const Scripts* const scripts_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_CONVERSATION_INDEX_H_
