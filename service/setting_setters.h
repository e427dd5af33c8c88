// Makes the functions that set one member of Settings from text, a kind of
// value each, for the rows of the table.
#ifndef AGENT_SERVICE_SETTING_SETTERS_H_
#define AGENT_SERVICE_SETTING_SETTERS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/status_macros.h"
#include "lib/log/limits.h"
#include "service/setting_table.h"
#include "service/setting_values.h"
#include "service/settings.h"

namespace agent::setter {

using Set = Setting::Set;

inline Set Duration(absl::Duration Settings::*member, absl::Duration min,
                    absl::Duration max) {
  return [=](const std::string& text, Settings* settings) -> absl::Status {
    ASSIGN_OR_RETURN(settings->*member, ParseDurationValue(text, min, max));
    return absl::OkStatus();
  };
}

inline Set Duration(absl::Duration RunLimits::*member, absl::Duration min,
                    absl::Duration max) {
  return [=](const std::string& text, Settings* settings) -> absl::Status {
    ASSIGN_OR_RETURN(settings->limits.*member,
                     ParseDurationValue(text, min, max));
    return absl::OkStatus();
  };
}

inline Set Count(int RunLimits::*member, int64_t min, int64_t max) {
  return [=](const std::string& text, Settings* settings) -> absl::Status {
    ASSIGN_OR_RETURN(const int64_t value, ParseCount(text, min, max));
    settings->limits.*member = static_cast<int>(value);
    return absl::OkStatus();
  };
}

inline Set Bytes(int64_t RunLimits::*member, int64_t min, int64_t max) {
  return [=](const std::string& text, Settings* settings) -> absl::Status {
    ASSIGN_OR_RETURN(settings->limits.*member, ParseBytes(text, min, max));
    return absl::OkStatus();
  };
}

inline Set Switch(bool Settings::*member) {
  return [=](const std::string& text, Settings* settings) -> absl::Status {
    ASSIGN_OR_RETURN(settings->*member, ParseBool(text));
    return absl::OkStatus();
  };
}

template <typename Value>
Set OneOf(Value Settings::*member,
          std::vector<std::pair<std::string, Value>> choices) {
  return [=](const std::string& text, Settings* settings) -> absl::Status {
    std::string allowed;
    for (const auto& [name, value] : choices) {
      if (text == name) {
        settings->*member = value;
        return absl::OkStatus();
      }
      allowed += (allowed.empty() ? "" : ", ") + name;
    }
    return absl::InvalidArgumentError("one of " + allowed);
  };
}

}  // namespace agent::setter

#endif  // AGENT_SERVICE_SETTING_SETTERS_H_
