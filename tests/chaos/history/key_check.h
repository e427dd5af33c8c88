// What stands in Redis when all is over.
#ifndef AGENT_TESTS_CHAOS_HISTORY_KEY_CHECK_H_
#define AGENT_TESTS_CHAOS_HISTORY_KEY_CHECK_H_

#include <vector>

#include "tests/chaos/history/facts.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/losses.h"

namespace agent::chaos {

// Every key is one of contract/redis.md's, those of a conversation expire, and
// of a deleted conversation there is none.
void CheckKeys(const HistoryView& view, const RedisAudit& audit,
               const Losses& losses, Findings* findings);

// All that stood in the log by what was seen is what Redis holds.
void CheckLog(const ConversationView& conversation,
              const std::vector<const EntryView*>& log, const RedisAudit& audit,
              Findings* findings);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_KEY_CHECK_H_
