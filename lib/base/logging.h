// Structured log lines on standard error: one event and its fields a line, as
// text for people or JSON for machines. The only header that knows how to log;
// spdlog does the work behind it. Thread-safe. Never log a secret or a message.
//
//   LogInfo("run began", {{"run_id", id}, {"attempt", 2}});
#ifndef AGENT_LIB_BASE_LOGGING_H_
#define AGENT_LIB_BASE_LOGGING_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace agent {

struct LogField {
  LogField(std::string_view name_in, std::string_view value_in)
      : name(name_in), value(value_in) {}
  LogField(std::string_view name_in, const char* value_in)
      : name(name_in), value(value_in) {}
  LogField(std::string_view name_in, const std::string& value_in)
      : name(name_in), value(value_in) {}
  LogField(std::string_view name_in, const absl::Status& status)
      : name(name_in),
        value(status.ToString(absl::StatusToStringMode::kWithNoExtraData)) {}
  template <std::integral T>
  LogField(std::string_view name_in, T value_in)
      : name(name_in), value(std::to_string(value_in)), is_number(true) {}

  std::string name;
  std::string value;
  bool is_number = false;
};
using LogFields = std::initializer_list<LogField>;

enum class LogFormat { kText, kJson };
enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// Once, at the start of main.
void ConfigureLogging(LogFormat format, LogLevel level);

void LogDebug(std::string_view event, LogFields fields = {});
void LogInfo(std::string_view event, LogFields fields = {});
void LogWarning(std::string_view event, LogFields fields = {});
void LogError(std::string_view event, LogFields fields = {});

}  // namespace agent

#endif  // AGENT_LIB_BASE_LOGGING_H_
