#include "tests/client/scripted_log.h"

#include "lib/base/digest.h"

namespace agent::client::testing {

ScriptedLog::ScriptedLog(const std::string& run_id) : run_id_(run_id) {}

ScriptedLog& ScriptedLog::Attempt(const std::string& discard_after) {
  ++attempt_;
  Append()->mutable_attempt_started()->set_discard_after(discard_after);
  return *this;
}

ScriptedLog& ScriptedLog::Text(const std::string& text) {
  Append()->set_text(text);
  return *this;
}

ScriptedLog& ScriptedLog::ToolCall(const std::string& name,
                                   const std::string& arguments) {
  v1::ToolCall* const call = Append()->mutable_tool_call();
  call->set_name(name);
  call->set_arguments(arguments);
  return *this;
}

ScriptedLog& ScriptedLog::ToolResult(const std::string& result) {
  Append()->mutable_tool_result()->set_result(result);
  return *this;
}

ScriptedLog& ScriptedLog::Complete(const std::string& text) {
  v1::RunCompleted* const completed = Append()->mutable_completed();
  completed->set_text_bytes(static_cast<int64_t>(text.size()));
  completed->set_text_sha256(Sha256Hex(text));
  return *this;
}

ScriptedLog& ScriptedLog::Fail(const std::string& reason,
                               const std::string& message) {
  v1::RunFailed* const failed = Append()->mutable_failed();
  failed->set_reason(reason);
  failed->set_message(message);
  return *this;
}

ScriptedLog& ScriptedLog::Cancel() {
  Append()->mutable_cancelled();
  return *this;
}

ScriptedLog& ScriptedLog::NextRun(const std::string& run_id) {
  run_id_ = run_id;
  sequence_ = 0;
  attempt_ = 0;
  return *this;
}

ScriptedLog& ScriptedLog::LoseTail(int count) {
  number_ -= count;
  sequence_ -= count;
  return *this;
}

v1::ResponseChunk* ScriptedLog::Append() {
  v1::ResponseChunk* const chunk = &chunks_.emplace_back();
  ms_ += 7;
  ++number_;
  chunk->set_cursor(std::to_string(ms_) + "-" +
                    std::to_string(number_ * 1000 + attempt_));
  chunk->set_run_id(run_id_);
  chunk->set_sequence(sequence_++);
  chunk->set_attempt(attempt_);
  chunk->mutable_create_time()->set_seconds(ms_ / 1000);
  return chunk;
}

}  // namespace agent::client::testing
