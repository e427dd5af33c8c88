#include "lib/log/chunk.h"

namespace agent {
namespace {

struct ContentBytes {
  size_t operator()(const TextPiece& c) const { return c.text.size(); }
  size_t operator()(const AttemptStarted& c) const {
    return c.discard_after.size();
  }
  size_t operator()(const ToolCall& c) const {
    return c.call_id.size() + c.name.size() + c.arguments.size();
  }
  size_t operator()(const ToolResult& c) const {
    return c.call_id.size() + c.result.size();
  }
  size_t operator()(const RunCompleted& c) const {
    return c.text_sha256.size();
  }
  size_t operator()(const RunFailed& c) const {
    return c.reason.size() + c.message.size();
  }
  size_t operator()(const RunCancelled&) const { return 0; }
};

}  // namespace

size_t Chunk::ByteSize() const {
  return sizeof(Chunk) + run_id.size() + std::visit(ContentBytes{}, content);
}

}  // namespace agent
