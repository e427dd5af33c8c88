// A conversation's log as a test writes it, chunk by chunk.
#ifndef AGENT_TESTS_CLIENT_SCRIPTED_LOG_H_
#define AGENT_TESTS_CLIENT_SCRIPTED_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "agent/v1/agent_service.pb.h"

namespace agent::client::testing {

// Numbers the chunks as the service does. A language:
//
//   ScriptedLog log;
//   log.Attempt().Text("Hello, ").Text("world.").Complete("Hello, world.");
class ScriptedLog {
 public:
  explicit ScriptedLog(const std::string& run_id = "run-1");

  // The next attempt begins; what stands is given by a cursor.
  ScriptedLog& Attempt(const std::string& discard_after = "");
  ScriptedLog& Text(const std::string& text);
  ScriptedLog& ToolCall(const std::string& name, const std::string& arguments);
  ScriptedLog& ToolResult(const std::string& result);
  // `text`: all that stands.
  ScriptedLog& Complete(const std::string& text);
  ScriptedLog& Fail(const std::string& reason, const std::string& message);
  ScriptedLog& Cancel();

  // The next chunk is another run's first.
  ScriptedLog& NextRun(const std::string& run_id);
  // The store lost its newest `count` chunks: their numbers come again, under
  // other ids.
  ScriptedLog& LoseTail(int count);
  // Changes the newest chunk.
  v1::ResponseChunk* Last() { return &chunks_.back(); }

  const std::vector<v1::ResponseChunk>& chunks() const { return chunks_; }
  const v1::ResponseChunk& At(size_t index) const { return chunks_.at(index); }
  std::string CursorAt(size_t index) const { return At(index).cursor(); }

 private:
  v1::ResponseChunk* Append();

  std::vector<v1::ResponseChunk> chunks_;
  std::string run_id_;
  int64_t ms_ = 1734649123000;
  int64_t number_ = 0;
  int64_t sequence_ = 0;
  int attempt_ = 0;
};

}  // namespace agent::client::testing

#endif  // AGENT_TESTS_CLIENT_SCRIPTED_LOG_H_
