// What is found of a made-up history in the end.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/chaos/history/made_up_history.h"
#include "tests/chaos/texts.h"

namespace agent::chaos {

void MadeUpHistory::LookAtRun(const std::string& run) {
  const RunFacts& of = runs_[run];
  RunLook look{now_, 0, kConversation, run, true, {}, {}};
  look.run.run_id = run;
  look.run.conversation_id = kConversation;
  look.run.state = of.state;
  look.run.accept_time_ms = of.submit.accept_time_ms;
  look.run.failure = of.failure;
  if (of.state == RunState::kCompleted) {
    look.run.usage = ExpectedUsage(of.submit.agent, of.plan);
  }
  for (const Chunk& chunk : log_) {
    if (chunk.run_id != run) continue;
    if (look.run.first_id.IsZero()) look.run.first_id = chunk.id;
    look.run.last_id = chunk.id;
    look.run.attempt = chunk.attempt;
    ++look.run.chunk_count;
  }
  Add(look);
}

Conversation MadeUpHistory::StateOf() const {
  Conversation state;
  state.conversation_id = kConversation;
  std::vector<std::string> begun;
  for (const Chunk& chunk : log_) {
    const bool known =
        std::find(begun.begin(), begun.end(), chunk.run_id) != begun.end();
    if (!known) begun.push_back(chunk.run_id);
  }
  for (const std::string& run : begun) {
    const RunFacts& of = runs_.at(run);
    Message user;
    user.run_id = run;
    user.text = of.submit.message;
    state.messages.push_back(user);
    if (of.state != RunState::kCompleted) continue;
    Message answer;
    answer.role = Role::kAssistant;
    answer.run_id = run;
    answer.text = TextOf(run).text();
    answer.tool_calls = TextOf(run).tool_calls();
    state.messages.push_back(answer);
    for (const ToolResult& result : TextOf(run).tool_results()) {
      Message tool;
      tool.role = Role::kTool;
      tool.run_id = run;
      tool.tool_result = result;
      state.messages.push_back(tool);
    }
  }
  return state;
}

void MadeUpHistory::Audit() {
  facts.audit.taken = true;
  const std::string log = std::string("agent-stream:") + kConversation;
  if (!log_.empty()) facts.audit.keys.push_back({log, "stream", 600'000});
  for (const char* part : {":m", ":r", ":h"}) {
    facts.audit.keys.push_back({"{" + log + "}" + part, "hash", 600'000});
  }
  facts.audit.keys.push_back({"agent-registry", "hash", -1});
  facts.audit.logs[kConversation] = log_;
}

void MadeUpHistory::Finish() {
  for (const auto& [run, of] : runs_) LookAtRun(run);
  ConversationLook look{now_, 0, kConversation, true, {}, StateOf(), order_};
  Add(look);
  Read("last");
  Audit();
}

}  // namespace agent::chaos
