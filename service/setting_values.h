// The kinds of values that settings have: from text to value. An error's
// message is what is allowed, without the value.
#ifndef AGENT_SERVICE_SETTING_VALUES_H_
#define AGENT_SERVICE_SETTING_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace agent {

absl::StatusOr<bool> ParseBool(const std::string& text);
absl::StatusOr<int64_t> ParseCount(const std::string& text, int64_t min,
                                   int64_t max);
// A number of bytes; KiB, MiB and GiB are understood.
absl::StatusOr<int64_t> ParseBytes(const std::string& text, int64_t min,
                                   int64_t max);
// Such as 15s, 10m, 1h30m.
absl::StatusOr<absl::Duration> ParseDurationValue(const std::string& text,
                                                  absl::Duration min,
                                                  absl::Duration max);
// A whole number of minutes, at least 1.
absl::StatusOr<absl::Duration> ParseMinutes(const std::string& text);

// Names of hosts, and origins of web pages, in lower case; commas between.
absl::StatusOr<std::vector<std::string>> ParseHostList(const std::string& text);
absl::StatusOr<std::vector<std::string>> ParseOriginList(
    const std::string& text);

// `host:port`, `[v6]:port`; and `unix:PATH` where `unix_allowed`.
absl::Status CheckListenAddress(const std::string& text, bool unix_allowed);
// Of an address that CheckListenAddress has passed: only this machine can
// reach it.
bool IsLocalAddress(const std::string& text);

}  // namespace agent

#endif  // AGENT_SERVICE_SETTING_VALUES_H_
