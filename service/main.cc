// agent-service: the service with its built-in agents.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/agent/model_environment.h"
#include "lib/agent/travel_planner.h"
#include "service/service_program.h"

namespace agent {
namespace {

absl::StatusOr<std::vector<std::shared_ptr<Agent>>> BuiltInAgents() {
  auto model = ChatModelFromEnvironment(ProcessEnvironment);
  if (!model.ok()) return model.status();
  std::vector<std::shared_ptr<Agent>> agents;
  agents.push_back(MakeTravelPlanner(*std::move(model)));
  return agents;
}

}  // namespace
}  // namespace agent

int main(int argc, char** argv) {
  agent::ServiceProgram program;
  program.name = "agent-service";
  program.version = AGENT_VERSION;
  program.agents = agent::BuiltInAgents;
  return agent::RunServiceProgram(
      program, std::vector<std::string>(argv + 1, argv + argc));
}
