// Which agents exist, as the registry says: workers write it, and a gateway
// that runs none learns of them here.
#ifndef AGENT_SERVICE_AGENT_CATALOG_H_
#define AGENT_SERVICE_AGENT_CATALOG_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/callback.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/log/work_queue.h"

namespace agent {

// Remembers the names it has seen, which saves RunAgent a trip to the store;
// one older than a second is refreshed behind the caller's back. That an agent
// does not exist is never answered from memory. Thread-safe; never blocks.
class AgentCatalog : public std::enable_shared_from_this<AgentCatalog> {
 public:
  // `directory` must outlive it, and the calls it has made. `own`: names of the
  // agents that this process offers, known before they are announced.
  static std::shared_ptr<AgentCatalog> Create(
      AgentDirectory* directory, const std::vector<std::string>& own);

  // OK if there is an agent of this name (lower case), else NOT_FOUND
  // AGENT_NOT_FOUND. UNAVAILABLE if that cannot be known.
  void Find(std::string name, StatusCallback done);

  // All of them, asked anew, by name.
  void List(Callback<std::vector<AgentInfo>> done);

  // The name as its worker wrote it; as it is, of an agent never seen.
  std::string DisplayName(const std::string& name) const;

 private:
  AgentCatalog(AgentDirectory* directory, const std::vector<std::string>& own);

  bool Knows(const std::string& name) const;
  void RefreshIfOld();
  void Learn(const std::vector<AgentInfo>& agents);

  AgentDirectory* const directory_;
  // Lower case -> as written; so is names_, which the registry's size bounds.
  std::map<std::string, std::string> own_;
  mutable Mutex mu_;
  std::map<std::string, std::string> names_ ABSL_GUARDED_BY(mu_);
  SteadyTime refreshed_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_SERVICE_AGENT_CATALOG_H_
