#include "lib/base/error.h"

#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace agent {
namespace {

// The payload: "reason\x1fretry_ms or nothing\x1fkey\x1fvalue\x1fkey\x1f…".
constexpr char kPayloadUrl[] = "type.agent/error-details";
constexpr char kSeparator = '\x1f';

absl::string_view View(std::string_view s) { return {s.data(), s.size()}; }

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view message,
                       const ErrorDetails& details) {
  absl::Status status(code, View(message));
  std::string payload = details.reason + kSeparator;
  if (details.retry_after.has_value()) {
    absl::StrAppend(&payload, absl::ToInt64Milliseconds(*details.retry_after));
  }
  for (const auto& [key, value] : details.metadata) {
    payload += kSeparator + key + kSeparator + value;
  }
  status.SetPayload(kPayloadUrl, absl::Cord(std::move(payload)));
  return status;
}

absl::Status FieldInvalid(std::string_view field, std::string_view rule) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(View(field), ": ", View(rule)),
                   {.reason = reason::kFieldInvalid,
                    .metadata = {{"field", std::string(field)}},
                    .retry_after = std::nullopt});
}

absl::Status StoreUnavailable(std::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, message,
                   {.reason = reason::kStoreUnavailable,
                    .metadata = {},
                    .retry_after = absl::Seconds(1)});
}

std::optional<ErrorDetails> GetErrorDetails(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::vector<std::string> parts =
      absl::StrSplit(std::string(*payload), kSeparator);
  ErrorDetails details;
  details.reason = parts[0];
  int64_t retry_ms = 0;
  if (parts.size() > 1 && absl::SimpleAtoi(parts[1], &retry_ms)) {
    details.retry_after = absl::Milliseconds(retry_ms);
  }
  for (size_t i = 2; i + 1 < parts.size(); i += 2) {
    details.metadata.emplace(parts[i], parts[i + 1]);
  }
  return details;
}

std::string ReasonOf(const absl::Status& status) {
  const auto details = GetErrorDetails(status);
  return details.has_value() ? details->reason : "";
}

}  // namespace agent
