// The program around ServiceProcess: reads its settings, starts what its role
// needs, waits for a signal, drains.
#ifndef AGENT_SERVICE_SERVICE_PROGRAM_H_
#define AGENT_SERVICE_SERVICE_PROGRAM_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/agent/agent.h"
#include "service/service_process.h"
#include "service/settings.h"

namespace agent {

struct ServiceProgram {
  std::string name;  // before its complaints, and of --version
  std::string version;
  // Those that a worker executes; not asked for by a gateway.
  std::function<absl::StatusOr<std::vector<std::shared_ptr<Agent>>>()> agents;
  StoreOpener open_store = OpenRedisStore;
};

// `arguments` without the program's name. Returns the exit status: 0 after an
// orderly end, 1 if it could not start, 2 if a setting cannot be used; ends the
// process with 3 if the end overran its time. Call it once, on the main thread.
int RunServiceProgram(const ServiceProgram& program,
                      const std::vector<std::string>& arguments);

}  // namespace agent

#endif  // AGENT_SERVICE_SERVICE_PROGRAM_H_
