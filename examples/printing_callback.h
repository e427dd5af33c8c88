// Prints, to standard error, what an embedded runtime's runs do.
#ifndef AGENT_EXAMPLES_PRINTING_CALLBACK_H_
#define AGENT_EXAMPLES_PRINTING_CALLBACK_H_

#include <cstdio>
#include <string>

#include "lib/agent/response_callback.h"

namespace agent {

// Thread-safe: without state.
class PrintingCallback final : public AgentResponseCallback {
 public:
  void OnStreamingResponseUpdate(const ChunkPtr& update,
                                 const ResponseContext& context) override {
    std::fprintf(stderr, "[%s] stored chunk %lld at %s\n",
                 context.agent.c_str(),
                 static_cast<long long>(update->sequence),
                 update->id.ToString().c_str());
  }

  void OnAgentResponse(const RunEnd& end, const std::string& text,
                       const ResponseContext& context) override {
    const bool completed = end.state == RunState::kCompleted;
    std::fprintf(stderr, "[%s] %s with %zu bytes of text\n",
                 context.agent.c_str(), completed ? "completed" : "ended",
                 text.size());
  }
};

}  // namespace agent

#endif  // AGENT_EXAMPLES_PRINTING_CALLBACK_H_
