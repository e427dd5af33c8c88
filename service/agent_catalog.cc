#include "service/agent_catalog.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/ascii.h"
#include "lib/base/error.h"

namespace agent {
namespace {

constexpr auto kRefreshAfter = std::chrono::seconds(1);

absl::Status AgentNotFound() {
  return MakeError(absl::StatusCode::kNotFound, "there is no such agent",
                   {.reason = reason::kAgentNotFound,
                    .metadata = {{"field", "agent"}},
                    .retry_after = std::nullopt});
}

}  // namespace

std::shared_ptr<AgentCatalog> AgentCatalog::Create(
    AgentDirectory* directory, const std::vector<std::string>& own) {
  return std::shared_ptr<AgentCatalog>(new AgentCatalog(directory, own));
}

AgentCatalog::AgentCatalog(AgentDirectory* directory,
                           const std::vector<std::string>& own)
    : directory_(directory) {
  for (const std::string& name : own) {
    own_.emplace(absl::AsciiStrToLower(name), name);
  }
  names_ = own_;
}

void AgentCatalog::Find(std::string name, StatusCallback done) {
  if (Knows(name)) {
    RefreshIfOld();
    std::move(done)(absl::OkStatus());
    return;
  }
  List([self = shared_from_this(), name = std::move(name),
        done = std::move(done)](
           absl::StatusOr<std::vector<AgentInfo>> agents) mutable {
    if (!agents.ok()) {
      std::move(done)(agents.status());
    } else {
      std::move(done)(self->Knows(name) ? absl::OkStatus() : AgentNotFound());
    }
  });
}

void AgentCatalog::List(Callback<std::vector<AgentInfo>> done) {
  directory_->List([self = shared_from_this(), done = std::move(done)](
                       absl::StatusOr<std::vector<AgentInfo>> agents) mutable {
    if (agents.ok()) {
      std::sort(agents->begin(), agents->end(),
                [](const AgentInfo& a, const AgentInfo& b) {
                  return a.name < b.name;
                });
      self->Learn(*agents);
    }
    std::move(done)(std::move(agents));
  });
}

std::string AgentCatalog::DisplayName(const std::string& name) const {
  MutexLock lock(&mu_);
  const auto found = names_.find(name);
  return found == names_.end() ? name : found->second;
}

bool AgentCatalog::Knows(const std::string& name) const {
  MutexLock lock(&mu_);
  return names_.contains(name);
}

void AgentCatalog::RefreshIfOld() {
  {
    MutexLock lock(&mu_);
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now - refreshed_ < kRefreshAfter) return;
    refreshed_ = now;  // one at a time, and one a second
  }
  List([](const absl::StatusOr<std::vector<AgentInfo>>&) {});
}

void AgentCatalog::Learn(const std::vector<AgentInfo>& agents) {
  std::map<std::string, std::string> names = own_;
  for (const AgentInfo& agent : agents) {
    names.emplace(absl::AsciiStrToLower(agent.name), agent.name);
  }
  MutexLock lock(&mu_);
  names_ = std::move(names);
  refreshed_ = std::chrono::steady_clock::now();
}

}  // namespace agent
