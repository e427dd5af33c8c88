// One entry of a conversation's log, as the domain sees it. The same nouns as
// the API's ResponseChunk, without protobuf.
#ifndef AGENT_LIB_LOG_CHUNK_H_
#define AGENT_LIB_LOG_CHUNK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "lib/log/encoded_once.h"
#include "lib/log/stream_id.h"

namespace agent {

struct Usage {
  int64_t input_tokens = 0;
  int64_t output_tokens = 0;
  friend bool operator==(const Usage&, const Usage&) = default;
};

struct ToolCall {
  std::string call_id;
  std::string name;
  std::string arguments;  // a JSON object
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

struct ToolResult {
  std::string call_id;
  std::string result;
  bool is_error = false;
  friend bool operator==(const ToolResult&, const ToolResult&) = default;
};

struct TextPiece {
  std::string text;  // valid UTF-8, whole characters
  friend bool operator==(const TextPiece&, const TextPiece&) = default;
};

// An attempt at the run began: what the run said after `discard_after` (an id,
// compared by number) falls; empty: everything of this run falls.
struct AttemptStarted {
  std::string discard_after;
  friend bool operator==(const AttemptStarted&,
                         const AttemptStarted&) = default;
};

// The run ended well; the text's size and hash prove completeness.
struct RunCompleted {
  Usage usage;
  int64_t text_bytes = 0;
  std::string text_sha256;  // lower-case hex
  friend bool operator==(const RunCompleted&, const RunCompleted&) = default;
};

struct RunFailed {
  std::string reason;  // UPPER_SNAKE_CASE
  std::string message;
  friend bool operator==(const RunFailed&, const RunFailed&) = default;
};

struct RunCancelled {
  friend bool operator==(const RunCancelled&, const RunCancelled&) = default;
};

using ChunkContent =
    std::variant<TextPiece, AttemptStarted, ToolCall, ToolResult, RunCompleted,
                 RunFailed, RunCancelled>;

// Immutable once shared; a chunk is shared by all readers of a process.
struct Chunk {
  StreamId id;
  std::string run_id;  // empty in entries that other programs wrote
  int64_t sequence = 0;
  int attempt = 0;
  int64_t create_time_ms = 0;  // Unix
  ChunkContent content;
  EncodedOnce encoded;  // by service/batch_message.h

  bool IsTerminal() const { return content.index() >= 4; }
  bool IsAttemptStarted() const {
    return std::holds_alternative<AttemptStarted>(content);
  }
  // Written by another program: no dense number, no run.
  bool IsForeign() const { return run_id.empty(); }
  // Bytes of what it carries, for bounds; about what it costs in memory.
  size_t ByteSize() const;
};

using ChunkPtr = std::shared_ptr<const Chunk>;

}  // namespace agent

#endif  // AGENT_LIB_LOG_CHUNK_H_
