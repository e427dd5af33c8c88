#include "service/setting_table.h"

#include <cstdint>

#include "lib/base/status_macros.h"
#include "service/address_settings.h"
#include "service/request_validation.h"
#include "service/setting_setters.h"
#include "service/setting_values.h"

namespace agent {
namespace {

using setter::Bytes;
using setter::Count;
using setter::Duration;
using setter::OneOf;
using setter::Switch;

constexpr absl::Duration kMaxKept = absl::Hours(24 * 366);
constexpr int64_t kMaxCount = 1000000000;

absl::Status SetRedis(const std::string& text, Settings* settings) {
  settings->embedded_redis = text == "embedded";
  if (settings->embedded_redis) return absl::OkStatus();
  ASSIGN_OR_RETURN(settings->redis, ParseRedisAddress(text));
  return CheckRedisAddressSupported(settings->redis);
}

absl::Status SetDataDir(const std::string& text, Settings* settings) {
  settings->data_dir = text;
  return text.empty() ? absl::InvalidArgumentError("a directory")
                      : absl::OkStatus();
}

absl::Status SetStreamTtlMinutes(const std::string& text, Settings* settings) {
  ASSIGN_OR_RETURN(settings->limits.stream_ttl, ParseMinutes(text));
  return absl::OkStatus();
}

absl::Status SetMaxConcurrentRuns(const std::string& text, Settings* settings) {
  ASSIGN_OR_RETURN(const int64_t value, ParseCount(text, 1, 10000));
  settings->max_concurrent_runs = static_cast<int>(value);
  return absl::OkStatus();
}

absl::Status SetMaxStreams(const std::string& text, Settings* settings) {
  ASSIGN_OR_RETURN(settings->max_streams, ParseCount(text, 1, kMaxCount));
  return absl::OkStatus();
}

absl::Status SetMaxRunChunks(const std::string& text, Settings* settings) {
  ASSIGN_OR_RETURN(settings->limits.max_run_chunks,
                   ParseCount(text, 1, kMaxCount));
  return absl::OkStatus();
}

std::vector<Setting> Store() {
  return {
      {"redis",
       "REDIS_CONNECTION_STRING",
       "localhost:6379",
       "host:port, redis://[user:password@]host:port[/db], rediss://... (TLS), "
       "unix:///path, or host:port,password=...,user=...,ssl=true,"
       "defaultDatabase=n; `embedded` starts a private redis-server",
       SetRedis,
       {},
       /*is_switch=*/false,
       /*is_secret=*/true},
      {"data_dir",
       "",
       "./data",
       "where the embedded Redis keeps its files",
       SetDataDir,
       {}},
      {"role",
       "",
       "all",
       "`gateway` serves the API, `worker` executes runs of the built-in "
       "agents, `all` does both",
       OneOf<ServiceRole>(&Settings::role, {{"all", ServiceRole::kAll},
                                            {"gateway", ServiceRole::kGateway},
                                            {"worker", ServiceRole::kWorker}}),
       {}},
  };
}

std::vector<Setting> Runs() {
  using absl::Hours;
  using absl::Milliseconds;
  using absl::Seconds;
  return {
      {"stream_ttl", "REDIS_STREAM_TTL_MINUTES", "10m",
       "how long a log is kept after its last write (the variable: minutes)",
       Duration(&RunLimits::stream_ttl, Seconds(1), kMaxKept),
       SetStreamTtlMinutes},
      {"state_ttl",
       "",
       "336h",
       "how long a conversation's state is kept after its last run; not "
       "shorter than --stream_ttl",
       Duration(&RunLimits::state_ttl, Seconds(1), kMaxKept),
       {}},
      {"lease",
       "",
       "15s",
       "after how long without a sign of life a run passes to another worker",
       Duration(&RunLimits::lease, Seconds(1), Hours(1)),
       {}},
      {"max_attempts",
       "",
       "5",
       "how many failed attempts end a run with ATTEMPTS_EXHAUSTED",
       Count(&RunLimits::max_attempts, 1, 100),
       {}},
      {"queue_timeout",
       "",
       "24h",
       "how long a run waits for a worker before it fails with QUEUE_TIMEOUT",
       Duration(&RunLimits::queue_timeout, Seconds(1), kMaxKept),
       {}},
      {"max_concurrent_runs",
       "",
       "64",
       "runs that this worker executes at a time",
       SetMaxConcurrentRuns,
       {}},
      {"run_timeout",
       "",
       "30m",
       "default time limit of a run",
       Duration(&RunLimits::run_timeout, Milliseconds(1), kMaxRunTimeout),
       {}},
      {"drain_timeout",
       "",
       "30s",
       "how long SIGTERM waits for streams and runs before they are handed "
       "over",
       Duration(&Settings::drain_timeout, absl::ZeroDuration(), Hours(24)),
       {}},
  };
}

std::vector<Setting> Limits() {
  constexpr int64_t kMiB = int64_t{1} << 20;
  return {
      {"max_message_bytes",
       "",
       "1MiB",
       "the longest message to an agent",
       Bytes(&RunLimits::max_message_bytes, 1, 64 * kMiB),
       {}},
      {"max_chunk_bytes",
       "",
       "256KiB",
       "the largest chunk of a response",
       Bytes(&RunLimits::max_chunk_bytes, 4, 4 * kMiB),
       {}},
      {"max_run_bytes",
       "",
       "16MiB",
       "all that a run may say",
       Bytes(&RunLimits::max_run_bytes, 1, 1024 * kMiB),
       {}},
      {"max_run_chunks", "", "100000", "chunks of a run", SetMaxRunChunks, {}},
      {"max_queued_runs",
       "",
       "100",
       "runs that wait, of one conversation",
       Count(&RunLimits::max_queued_runs, 1, 100000),
       {}},
      {"max_streams",
       "",
       "50000",
       "streams open at a time in this process",
       SetMaxStreams,
       {}},
      {"max_history_messages",
       "",
       "1000",
       "messages of a conversation that an agent is given",
       Count(&RunLimits::max_history_messages, 1, 100000),
       {}},
      {"http_wait_timeout",
       "",
       "100s",
       "how long an HTTP call waits for a run's end",
       Duration(&Settings::http_wait_timeout, absl::Seconds(1),
                absl::Hours(24)),
       {}},
      {"store_outage_hold",
       "",
       "30s",
       "how long open streams wait for Redis to come back",
       Duration(&Settings::store_outage_hold, absl::ZeroDuration(),
                absl::Hours(24)),
       {}},
  };
}

std::vector<Setting> Program() {
  return {
      {"log_format",
       "",
       "text",
       "`text` for people or `json` for machines",
       OneOf<LogFormat>(&Settings::log_format, {{"text", LogFormat::kText},
                                                {"json", LogFormat::kJson}}),
       {}},
      {"log_level",
       "",
       "info",
       "debug, info, warning, error or off",
       OneOf<LogLevel>(&Settings::log_level, {{"debug", LogLevel::kDebug},
                                              {"info", LogLevel::kInfo},
                                              {"warning", LogLevel::kWarning},
                                              {"error", LogLevel::kError},
                                              {"off", LogLevel::kOff}}),
       {}},
      {"help",
       "",
       "false",
       "print this and exit",
       Switch(&Settings::help),
       {},
       /*is_switch=*/true},
      {"version",
       "",
       "false",
       "print the version and exit",
       Switch(&Settings::version),
       {},
       /*is_switch=*/true},
  };
}

}  // namespace

const std::vector<Setting>& SettingTable() {
  static const auto* table = [] {
    auto* all = new std::vector<Setting>;
    for (const auto& part :
         {AddressSettings(), Store(), Runs(), Limits(), Program()}) {
      all->insert(all->end(), part.begin(), part.end());
    }
    return all;
  }();
  return *table;
}

}  // namespace agent
