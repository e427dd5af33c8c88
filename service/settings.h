// Everything about agent-service that can be set, with its defaults. Flags are
// `--name=value`; some have an environment variable, and the flag wins.
#ifndef AGENT_SERVICE_SETTINGS_H_
#define AGENT_SERVICE_SETTINGS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/logging.h"
#include "lib/log/limits.h"
#include "lib/redis/redis_options.h"

namespace agent {

enum class ServiceRole { kAll, kGateway, kWorker };

inline RedisAddress LocalRedis() {
  RedisAddress address;
  address.host = "localhost";
  return address;
}

struct Settings {
  std::string grpc_listen = "127.0.0.1:50051";
  std::string http_listen = "127.0.0.1:7071";
  std::vector<std::string> http_allowed_hosts;    // in lower case
  std::vector<std::string> http_allowed_origins;  // in lower case
  bool allow_insecure_listen = false;
  bool embedded_redis = false;
  RedisAddress redis = LocalRedis();  // unless embedded
  std::string data_dir = "./data";
  ServiceRole role = ServiceRole::kAll;
  RunLimits limits;
  int max_concurrent_runs = 64;
  absl::Duration drain_timeout = absl::Seconds(30);
  int64_t max_streams = 50000;
  absl::Duration http_wait_timeout = absl::Seconds(100);
  absl::Duration store_outage_hold = absl::Seconds(30);
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
  bool help = false;
  bool version = false;

  bool serves() const { return role != ServiceRole::kWorker; }
  bool works() const { return role != ServiceRole::kGateway; }
};

using SettingsEnvironment =
    std::function<std::optional<std::string>(const char* name)>;

// `arguments` without the program's name. INVALID_ARGUMENT: one line that names
// the setting, its value and what is allowed; of settings that may hold a
// secret, not the value. A variable set to nothing counts as not set, but for
// HTTP_LISTEN, where nothing means off.
absl::StatusOr<Settings> ParseSettings(
    const std::vector<std::string>& arguments,
    const SettingsEnvironment& environment);

// What --help prints: every flag, its variable, default, unit and meaning.
std::string SettingsHelp();

}  // namespace agent

#endif  // AGENT_SERVICE_SETTINGS_H_
