// What a run says as it stands: its chunks, less what attempts told to discard.
#ifndef AGENT_TESTS_CHAOS_HISTORY_RUN_TEXT_H_
#define AGENT_TESTS_CHAOS_HISTORY_RUN_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/log/chunk.h"

namespace agent::chaos {

// By the rules of docs/protocol.md and nothing else: it is the measure for our
// own client too. Thread-compatible.
class RunText {
 public:
  // In the order in which a reader got them.
  void Add(const Chunk& chunk);

  std::string text() const;
  std::vector<ToolCall> tool_calls() const;
  std::vector<ToolResult> tool_results() const;
  int64_t discarded() const { return discarded_; }

 private:
  struct Part {
    int64_t number;
    ChunkContent content;
  };

  std::vector<Part> parts_;
  int64_t discarded_ = 0;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_RUN_TEXT_H_
