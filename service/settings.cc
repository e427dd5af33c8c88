#include "service/settings.h"

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

const Setting* Find(const std::string& name) {
  for (const Setting& setting : SettingTable()) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
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
    if (value->empty() && setting.name != "http_listen") continue;
    const auto& set = setting.set_from_env ? setting.set_from_env : setting.set;
    RETURN_IF_ERROR(
        Explain(setting, setting.env, *value, set(*value, settings)));
  }
  return absl::OkStatus();
}

// One flag: `--name=value`, `--name value`, or for switches `--name`. Advances
// `index` past what it used.
absl::Status ApplyFlag(const std::vector<std::string>& arguments, size_t* index,
                       Settings* settings) {
  const std::string& argument = arguments[(*index)++];
  if (!absl::StartsWith(argument, "--") || argument.size() == 2) {
    return Refused(absl::StrCat(
        argument, ": not a flag; flags are --name=value (see --help)"));
  }
  const size_t equals = argument.find('=');
  const bool has_value = equals != std::string::npos;
  const std::string flag = argument.substr(0, equals);
  const Setting* setting = Find(flag.substr(2));
  if (setting == nullptr) {
    return Refused(absl::StrCat(flag, ": there is no such flag (see --help)"));
  }
  std::string value = setting->is_switch ? "true" : "";
  if (has_value) {
    value = argument.substr(equals + 1);
  } else if (!setting->is_switch) {
    if (*index == arguments.size()) {
      return Refused(absl::StrCat(flag, ": needs a value: ", flag, "=..."));
    }
    value = arguments[(*index)++];
  }
  return Explain(*setting, flag, value, setting->set(value, settings));
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
  size_t index = 0;
  while (index < arguments.size()) {
    RETURN_IF_ERROR(ApplyFlag(arguments, &index, &settings));
  }
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
