// What somebody else's program does with the installed library: everything must
// be found, and a call that reaches nobody must come back with its reason.
#include <cstdio>

#include "agent/client/agent_client.h"

int main() {
  using agent::client::AgentClient;
  agent::client::RetryPolicy once;
  once.max_outage = std::chrono::milliseconds(1);
  const AgentClient client(
      agent::client::CreateChannel("unix:/nonexistent/agent.sock"), once);
  const auto agents = client.ListAgents();
  std::printf("%s\n", agents.status().ToString().c_str());
  return agents.status().code() == absl::StatusCode::kUnavailable ? 0 : 1;
}
