// The rules that fields of requests obey, one function a rule. Each answers OK,
// or INVALID_ARGUMENT that names the field and the rule and never repeats the
// value.
#ifndef AGENT_SERVICE_FIELD_RULES_H_
#define AGENT_SERVICE_FIELD_RULES_H_

#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace agent {

inline constexpr size_t kMaxIdBytes = 128;
inline constexpr size_t kMaxAgentNameBytes = 64;
inline constexpr size_t kMaxSchemaBytes = 64 << 10;
inline constexpr size_t kMaxPageTokenBytes = 512;
inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxPageSize = 1000;

// 1 to 128 of [A-Za-z0-9._@:-]: conversation and run ids.
absl::Status CheckId(std::string_view field, std::string_view value);
// 1 to 64 of [A-Za-z0-9._-].
absl::Status CheckAgentName(std::string_view field, std::string_view value);
// 1 to 128 printable ASCII characters.
absl::Status CheckRequestId(std::string_view field, std::string_view value);
// 1 to `max_bytes` of UTF-8 without NUL.
absl::Status CheckMessage(std::string_view field, std::string_view value,
                          int64_t max_bytes);
// A JSON object of at most 64 KiB.
absl::Status CheckJsonSchema(std::string_view field, std::string_view value);
// Exactly `<ms>-<seq>`. CURSOR_MALFORMED.
absl::Status CheckCursor(std::string_view field, std::string_view value);
// 0 to 1000; a token of ours, as far as can be seen from outside.
absl::Status CheckPage(int32_t page_size, std::string_view page_token);
// A valid duration, at least `min` and at most `max`.
absl::StatusOr<absl::Duration> CheckDuration(
    std::string_view field, const google::protobuf::Duration& value,
    absl::Duration min, absl::Duration max);

}  // namespace agent

#endif  // AGENT_SERVICE_FIELD_RULES_H_
