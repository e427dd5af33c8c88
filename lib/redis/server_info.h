// Redis' INFO, and whether the store may be kept in what it describes.
#ifndef AGENT_LIB_REDIS_SERVER_INFO_H_
#define AGENT_LIB_REDIS_SERVER_INFO_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace agent {

// Constant for its life.
class ServerInfo {
 public:
  explicit ServerInfo(std::string_view info);

  // "" where there is no such line.
  std::string_view Text(std::string_view name) const;
  int64_t Number(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> lines_;
};

// FAILED_PRECONDITION, one clear line, for a Redis older than 7.0, a cluster,
// one that evicts, and one that is read-only.
absl::Status CheckUsable(const ServerInfo& info);

// Whether the append-only file may end in the middle of a script, and nobody
// has had it written anew since this Redis started.
bool NeedsRewrite(const ServerInfo& info);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_SERVER_INFO_H_
