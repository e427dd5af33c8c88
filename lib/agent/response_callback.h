// Lets a program that embeds the runtime observe what its runs say, after it
// has been stored. Persisting to the log is itself such an observer's job, done
// before any of these.
#ifndef AGENT_LIB_AGENT_RESPONSE_CALLBACK_H_
#define AGENT_LIB_AGENT_RESPONSE_CALLBACK_H_

#include <string>

#include "lib/log/chunk.h"
#include "lib/log/run_store.h"

namespace agent {

struct ResponseContext {
  std::string agent;
  std::string conversation_id;
  std::string run_id;
  int attempt = 1;
};

// Called on the runtime's threads, in order for each run; must not block.
class AgentResponseCallback {
 public:
  virtual ~AgentResponseCallback() = default;
  // A chunk that Redis has acknowledged.
  virtual void OnStreamingResponseUpdate(const ChunkPtr& update,
                                         const ResponseContext& context) = 0;
  // The run ended: how, and its whole standing text.
  virtual void OnAgentResponse(const RunEnd& end, const std::string& text,
                               const ResponseContext& context) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_RESPONSE_CALLBACK_H_
