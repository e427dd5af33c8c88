#include "service/status_mapping.h"

#include <string>
#include <utility>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lib/base/error.h"

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

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const PublicError error = ToPublicError(status);
  return Build(error.code, error.message, error.details);
}

}  // namespace agent
