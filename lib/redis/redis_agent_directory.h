// AgentDirectory over `agent-registry` and `agent-workers`.
#ifndef AGENT_LIB_REDIS_REDIS_AGENT_DIRECTORY_H_
#define AGENT_LIB_REDIS_REDIS_AGENT_DIRECTORY_H_

#include <string>
#include <vector>

#include "lib/log/work_queue.h"
#include "lib/redis/store_context.h"

namespace agent {

// Thread-safe. Must outlive the context's client.
class RedisAgentDirectory final : public AgentDirectory {
 public:
  explicit RedisAgentDirectory(StoreContext context) : context_(context) {}

  void Announce(std::string worker_id, std::vector<AgentInfo> agents,
                StatusCallback done) override;
  void Withdraw(std::string worker_id, std::vector<std::string> agents,
                StatusCallback done) override;
  void List(Callback<std::vector<AgentInfo>> done) override;

 private:
  void CountWorkers(std::vector<AgentInfo> agents,
                    Callback<std::vector<AgentInfo>> done);

  const StoreContext context_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REDIS_AGENT_DIRECTORY_H_
