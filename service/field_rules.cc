#include "service/field_rules.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/error.h"
#include "lib/base/status_macros.h"
#include "lib/base/utf8.h"
#include "lib/log/stream_id.h"

namespace agent {
namespace {

// google.protobuf.Duration's own bounds.
constexpr int64_t kMaxDurationSeconds = 315576000000;
constexpr int32_t kMaxDurationNanos = 999999999;

bool IsIdChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
         c == '_' || c == '@' || c == ':' || c == '-';
}

bool IsNameChar(char c) { return IsIdChar(c) && c != '@' && c != ':'; }

bool IsPrintable(char c) { return c >= ' ' && c <= '~'; }

absl::Status CheckText(std::string_view field, std::string_view value,
                       size_t max, bool (*allowed)(char),
                       std::string_view rule) {
  if (value.empty()) return FieldInvalid(field, "is required");
  if (value.size() > max || !std::all_of(value.begin(), value.end(), allowed)) {
    return FieldInvalid(field, rule);
  }
  return absl::OkStatus();
}

bool IsValidDuration(const google::protobuf::Duration& value) {
  const int64_t seconds = value.seconds();
  const int32_t nanos = value.nanos();
  const bool in_range =
      seconds >= -kMaxDurationSeconds && seconds <= kMaxDurationSeconds &&
      nanos >= -kMaxDurationNanos && nanos <= kMaxDurationNanos;
  const bool one_sign =
      !(seconds > 0 && nanos < 0) && !(seconds < 0 && nanos > 0);
  return in_range && one_sign;
}

}  // namespace

absl::Status CheckId(std::string_view field, std::string_view value) {
  return CheckText(field, value, kMaxIdBytes, IsIdChar,
                   "must be 1 to 128 characters of [A-Za-z0-9._@:-]");
}

absl::Status CheckAgentName(std::string_view field, std::string_view value) {
  return CheckText(field, value, kMaxAgentNameBytes, IsNameChar,
                   "must be 1 to 64 characters of [A-Za-z0-9._-]");
}

absl::Status CheckRequestId(std::string_view field, std::string_view value) {
  return CheckText(field, value, kMaxIdBytes, IsPrintable,
                   "must be 1 to 128 printable ASCII characters");
}

absl::Status CheckMessage(std::string_view field, std::string_view value,
                          int64_t max_bytes) {
  if (value.empty()) return FieldInvalid(field, "is required");
  if (static_cast<int64_t>(value.size()) > max_bytes) {
    return FieldInvalid(field,
                        absl::StrCat("must be at most ", max_bytes, " bytes"));
  }
  if (!IsValidUtf8(value)) return FieldInvalid(field, "must be valid UTF-8");
  if (value.find('\0') != std::string_view::npos) {
    return FieldInvalid(field, "must not contain NUL");
  }
  return absl::OkStatus();
}

absl::Status CheckJsonSchema(std::string_view field, std::string_view value) {
  if (value.size() > kMaxSchemaBytes) {
    return FieldInvalid(
        field, absl::StrCat("must be at most ", kMaxSchemaBytes, " bytes"));
  }
  const auto json = nlohmann::json::parse(value, nullptr, false);
  if (!json.is_object()) return FieldInvalid(field, "must be a JSON object");
  return absl::OkStatus();
}

absl::Status CheckCursor(std::string_view field, std::string_view value) {
  if (StreamId::Parse(value).has_value()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   std::string(field) +
                       ": must be `<ms>-<seq>`, a cursor that "
                       "this service gave",
                   {.reason = reason::kCursorMalformed,
                    .metadata = {{"field", std::string(field)}},
                    .retry_after = std::nullopt});
}

absl::Status CheckPage(int32_t page_size, std::string_view page_token) {
  if (page_size < 0 || page_size > kMaxPageSize) {
    return FieldInvalid("page_size",
                        absl::StrCat("must be 0 to ", kMaxPageSize));
  }
  if (page_token.size() > kMaxPageTokenBytes ||
      !std::all_of(page_token.begin(), page_token.end(), IsPrintable)) {
    return FieldInvalid("page_token", "must be a next_page_token of before");
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> CheckDuration(
    std::string_view field, const google::protobuf::Duration& value,
    absl::Duration min, absl::Duration max) {
  const absl::Duration duration =
      absl::Seconds(value.seconds()) + absl::Nanoseconds(value.nanos());
  if (!IsValidDuration(value) || duration < min || duration > max) {
    return FieldInvalid(
        field, absl::StrCat("must be a duration of ", absl::FormatDuration(min),
                            " to ", absl::FormatDuration(max)));
  }
  return duration;
}

}  // namespace agent
