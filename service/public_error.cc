#include "service/public_error.h"

#include <string_view>

#include "lib/base/logging.h"

namespace agent {
namespace {

ErrorDetails Reason(std::string_view reason) {
  ErrorDetails details;
  details.reason = std::string(reason);
  return details;
}

std::string_view MessageOf(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

}  // namespace

PublicError ToPublicError(const absl::Status& status) {
  if (auto details = GetErrorDetails(status); details.has_value()) {
    return {status.code(), std::string(MessageOf(status)), *details};
  }
  if (absl::IsCancelled(status)) {
    return {status.code(), "cancelled", Reason("CANCELLED")};
  }
  LogError("unexpected error", {{"status", status}});
  return {absl::StatusCode::kInternal, "internal error", Reason("INTERNAL")};
}

absl::Status DrainingError() {
  ErrorDetails details = Reason(reason::kDraining);
  details.retry_after = absl::Seconds(1);
  return MakeError(absl::StatusCode::kUnavailable,
                   "this server is draining: call again, or resume at the last "
                   "cursor",
                   details);
}

absl::Status WithCursor(const absl::Status& status, const std::string& cursor) {
  auto details = GetErrorDetails(status);
  if (!absl::IsUnavailable(status) || !details.has_value() || cursor.empty()) {
    return status;
  }
  details->metadata["cursor"] = cursor;
  return MakeError(status.code(), MessageOf(status), *details);
}

}  // namespace agent
