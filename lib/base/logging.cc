#include "lib/base/logging.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "lib/base/utf8.h"

namespace agent {
namespace {

std::atomic<LogFormat> g_format{LogFormat::kText};

std::shared_ptr<spdlog::logger> MakeLogger() {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  auto logger = std::make_shared<spdlog::logger>("agent", std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  logger->flush_on(spdlog::level::info);
  return logger;
}

spdlog::logger& Logger() {
  // Leaked on purpose: threads may log while statics are destroyed.
  static const auto* logger = new std::shared_ptr<spdlog::logger>(MakeLogger());
  return **logger;
}

// Control characters would let a value forge a line, and broken UTF-8 would
// make it one that JSON parsers refuse.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : SanitizeUtf8(text)) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string AsJson(std::string_view event, LogFields fields) {
  std::string line = fmt::format("\"event\":\"{}\"", Escaped(event));
  for (const LogField& field : fields) {
    const char* quote = field.is_number ? "" : "\"";
    line += fmt::format(",\"{}\":{}{}{}", field.name, quote,
                        Escaped(field.value), quote);
  }
  return line;
}

std::string AsText(std::string_view event, LogFields fields) {
  std::string line(event);
  for (const LogField& field : fields) {
    const bool plain =
        !field.value.empty() &&
        field.value.find_first_of(" \"\\=\n\r\t") == std::string::npos;
    line += plain ? fmt::format(" {}={}", field.name, field.value)
                  : fmt::format(" {}=\"{}\"", field.name, Escaped(field.value));
  }
  return line;
}

void Write(spdlog::level::level_enum level, std::string_view event,
           LogFields fields) {
  spdlog::logger& logger = Logger();
  if (!logger.should_log(level)) return;
  const std::string line = g_format == LogFormat::kJson ? AsJson(event, fields)
                                                        : AsText(event, fields);
  logger.log(level, "{}", line);
}

}  // namespace

void ConfigureLogging(LogFormat format, LogLevel level) {
  g_format = format;
  Logger().set_pattern(
      format == LogFormat::kJson
          ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
          : "%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  constexpr spdlog::level::level_enum kLevels[] = {
      spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
      spdlog::level::err, spdlog::level::off};
  Logger().set_level(kLevels[static_cast<int>(level)]);
}

void LogDebug(std::string_view event, LogFields fields) {
  Write(spdlog::level::debug, event, fields);
}
void LogInfo(std::string_view event, LogFields fields) {
  Write(spdlog::level::info, event, fields);
}
void LogWarning(std::string_view event, LogFields fields) {
  Write(spdlog::level::warn, event, fields);
}
void LogError(std::string_view event, LogFields fields) {
  Write(spdlog::level::err, event, fields);
}

}  // namespace agent
