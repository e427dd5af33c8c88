#include "service/settings.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "service/setting_table.h"
#include "service/setting_values.h"

namespace agent {
namespace {

absl::Status Refused(const std::string& what) {
  return absl::InvalidArgumentError(what);
}

// `shown` is the setting as its user wrote it: --lease or GRPC_LISTEN.
absl::Status Explain(const Setting& setting, const std::string& shown,
                     const std::string& value, const absl::Status& status) {
  if (status.ok()) return status;
  const std::string allowed(status.message());
  if (setting.is_secret) return Refused(absl::StrCat(shown, ": ", allowed));
  return Refused(absl::StrCat(shown, "=", value, ": must be ", allowed));
}

absl::Status ApplyEnvironment(const SettingsEnvironment& environment,
                              Settings* settings) {
  for (const Setting& setting : SettingTable()) {
    if (setting.env.empty()) continue;
    const auto value = environment(setting.env.c_str());
    if (!value.has_value()) continue;
    if (value->empty() && !setting.may_be_empty) continue;
    const auto& set = setting.set_from_env ? setting.set_from_env : setting.set;
    RETURN_IF_ERROR(
        Explain(setting, setting.env, *value, set(*value, settings)));
  }
  return absl::OkStatus();
}

// What of `argument` may be shown: a value could be a secret.
absl::Status RefuseUnknown(const std::string& argument) {
  if (!absl::StartsWith(argument, "--") || argument.size() == 2) {
    return Refused(absl::StrCat(
        argument, ": not a flag; flags are --name=value (see --help)"));
  }
  return Refused(absl::StrCat(argument.substr(0, argument.find('=')),
                              ": there is no such flag (see --help)"));
}

CLI::Option* AddFlag(const Setting& setting, std::string* value,
                     CLI::App* app) {
  const std::string flag = absl::StrCat("--", setting.name);
  CLI::Option* option = setting.is_switch ? app->add_flag(flag, *value)
                                          : app->add_option(flag, *value);
  // No value is an empty one, for the setting to refuse in its own words.
  if (!setting.is_switch) option->expected(0, 1);
  return option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

// CLI11 takes the next argument where a value is empty: `--name=` becomes
// `--name ""`. And it takes them from the back.
std::vector<std::string> Prepared(const std::vector<std::string>& arguments) {
  std::vector<std::string> prepared;
  for (const std::string& argument : arguments) {
    const bool empty_value =
        std::any_of(SettingTable().begin(), SettingTable().end(),
                    [&](const Setting& setting) {
                      return !setting.is_switch &&
                             argument == absl::StrCat("--", setting.name, "=");
                    });
    if (empty_value) {
      prepared.push_back(argument.substr(0, argument.size() - 1));
      prepared.emplace_back();
    } else {
      prepared.push_back(argument);
    }
  }
  std::reverse(prepared.begin(), prepared.end());
  return prepared;
}

// `--name=value`, `--name value`, or for switches `--name`.
absl::Status ApplyFlags(const std::vector<std::string>& arguments,
                        Settings* settings) {
  const std::vector<Setting>& table = SettingTable();
  CLI::App app;
  app.set_help_flag("");  // ours names units, defaults and variables
  app.allow_extras();
  std::vector<std::string> values(table.size());
  std::vector<CLI::Option*> options;
  for (size_t i = 0; i < table.size(); ++i) {
    options.push_back(AddFlag(table[i], &values[i], &app));
  }
  try {
    std::vector<std::string> prepared = Prepared(arguments);
    app.parse(prepared);
  } catch (const CLI::ParseError& error) {
    return Refused(error.what());
  }
  const std::vector<std::string> unknown = app.remaining();
  if (!unknown.empty()) return RefuseUnknown(unknown.front());
  for (size_t i = 0; i < table.size(); ++i) {
    if (options[i]->count() == 0) continue;
    const std::string flag = absl::StrCat("--", table[i].name);
    RETURN_IF_ERROR(
        Explain(table[i], flag, values[i], table[i].set(values[i], settings)));
  }
  return absl::OkStatus();
}

absl::Status CheckTogether(const Settings& settings) {
  const RunLimits& limits = settings.limits;
  if (limits.state_ttl < limits.stream_ttl) {
    return Refused(
        absl::StrCat("--state_ttl=", absl::FormatDuration(limits.state_ttl),
                     ": must not be shorter than --stream_ttl, which is ",
                     absl::FormatDuration(limits.stream_ttl)));
  }
  if (!settings.serves() || settings.allow_insecure_listen) {
    return absl::OkStatus();
  }
  for (const auto& [name, address] :
       {std::pair<std::string, std::string>{"--grpc_listen",
                                            settings.grpc_listen},
        {"--http_listen", settings.http_listen}}) {
    if (!address.empty() && !IsLocalAddress(address)) {
      return Refused(absl::StrCat(
          name, "=", address,
          ": must be a loopback address, or set --allow_insecure_listen: "
          "whoever reaches it may do everything"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Settings> ParseSettings(
    const std::vector<std::string>& arguments,
    const SettingsEnvironment& environment) {
  Settings settings;
  RETURN_IF_ERROR(ApplyEnvironment(environment, &settings));
  RETURN_IF_ERROR(ApplyFlags(arguments, &settings));
  if (settings.help || settings.version) return settings;
  RETURN_IF_ERROR(CheckTogether(settings));
  return settings;
}

std::string SettingsHelp() {
  std::string help =
      "agent-service: runs agents in the background and streams what they "
      "say.\n\nFlags (the flag wins over the variable; durations as 15s, 10m, "
      "1h; bytes as 256KiB):\n";
  for (const Setting& setting : SettingTable()) {
    absl::StrAppend(&help, "  --", setting.name, "  (default ", setting.initial,
                    setting.env.empty() ? "" : "; variable ", setting.env,
                    ")\n      ", setting.meaning, "\n");
  }
  absl::StrAppend(&help,
                  "\nThe model is chosen by AZURE_OPENAI_... or OPENAI_... "
                  "variables; without them a\nbuilt-in offline planner "
                  "answers.\n");
  return help;
}

}  // namespace agent
