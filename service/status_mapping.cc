#include "service/status_mapping.h"

#include <string>
#include <utility>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lib/base/error.h"
#include "lib/base/logging.h"

namespace agent {
namespace {

// Trailers are bounded (8 KiB by default): a longer text would cost the client
// the whole status.
constexpr size_t kMaxTextBytes = 512;

std::string Bounded(std::string_view text) {
  return std::string(text.substr(0, kMaxTextBytes));
}

void AddErrorInfo(const ErrorDetails& details, google::rpc::Status* out) {
  google::rpc::ErrorInfo info;
  info.set_reason(details.reason);
  info.set_domain(kErrorDomain);
  for (const auto& [key, value] : details.metadata) {
    (*info.mutable_metadata())[key] = Bounded(value);
  }
  out->add_details()->PackFrom(info);
}

void AddRetryInfo(absl::Duration wait, google::rpc::Status* out) {
  google::rpc::RetryInfo info;
  const int64_t ms = absl::ToInt64Milliseconds(wait);
  info.mutable_retry_delay()->set_seconds(ms / 1000);
  info.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(ms % 1000 * 1000000));
  out->add_details()->PackFrom(info);
}

void AddBadRequest(const ErrorDetails& details, std::string_view message,
                   google::rpc::Status* out) {
  const auto field = details.metadata.find("field");
  if (field == details.metadata.end()) return;
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field(field->second);
  violation->set_description(Bounded(message));
  out->add_details()->PackFrom(bad);
}

grpc::Status Build(absl::StatusCode code, std::string_view message,
                   const ErrorDetails& details) {
  google::rpc::Status rich;
  rich.set_code(static_cast<int32_t>(code));
  rich.set_message(Bounded(message));
  AddErrorInfo(details, &rich);
  if (details.retry_after.has_value()) {
    AddRetryInfo(*details.retry_after, &rich);
  }
  AddBadRequest(details, message, &rich);
  return grpc::Status(static_cast<grpc::StatusCode>(code), rich.message(),
                      rich.SerializeAsString());
}

ErrorDetails Reason(std::string_view reason) {
  ErrorDetails details;
  details.reason = std::string(reason);
  return details;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message(status.message().data(), status.message().size());
  if (const auto details = GetErrorDetails(status); details.has_value()) {
    return Build(status.code(), message, *details);
  }
  if (absl::IsCancelled(status)) {
    return Build(status.code(), "cancelled", Reason("CANCELLED"));
  }
  LogError("unexpected error", {{"status", status}});
  return Build(absl::StatusCode::kInternal, "internal error",
               Reason("INTERNAL"));
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
  return MakeError(
      status.code(),
      std::string_view(status.message().data(), status.message().size()),
      *details);
}

}  // namespace agent
