#include "lib/redis/server_info.h"

#include <charconv>

namespace agent {
namespace {

constexpr int64_t kMinMajorVersion = 7;

absl::Status Refuse(const std::string& why) {
  return absl::FailedPreconditionError("Redis cannot be used: " + why);
}

int64_t LeadingNumber(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

ServerInfo::ServerInfo(std::string_view info) {
  while (!info.empty()) {
    const size_t end = info.find("\r\n");
    const std::string_view line = info.substr(0, end);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      lines_.emplace(line.substr(0, colon), line.substr(colon + 1));
    }
    if (end == std::string_view::npos) break;
    info.remove_prefix(end + 2);
  }
}

std::string_view ServerInfo::Text(std::string_view name) const {
  const auto found = lines_.find(name);
  return found == lines_.end() ? std::string_view() : found->second;
}

int64_t ServerInfo::Number(std::string_view name) const {
  return LeadingNumber(Text(name));
}

absl::Status CheckUsable(const ServerInfo& info) {
  const std::string version(info.Text("redis_version"));
  if (LeadingNumber(version) < kMinMajorVersion) {
    return Refuse("its version is " + version + ", 7.0 or later is needed");
  }
  if (info.Number("cluster_enabled") != 0) {
    return Refuse("it is a cluster, which this version does not support");
  }
  const std::string policy(info.Text("maxmemory_policy"));
  if (policy != "noeviction") {
    return Refuse("its maxmemory-policy is " + policy +
                  ", which deletes live conversations when memory is short; "
                  "set it to noeviction");
  }
  if (info.Text("role") != "master" && info.Number("slave_read_only") != 0) {
    return Refuse("it is a read-only replica; name its master");
  }
  return absl::OkStatus();
}

bool NeedsRewrite(const ServerInfo& info) {
  return info.Number("aof_enabled") != 0 && info.Number("aof_rewrites") == 0 &&
         info.Number("aof_rewrite_in_progress") == 0 &&
         info.Number("aof_rewrite_scheduled") == 0;
}

}  // namespace agent
