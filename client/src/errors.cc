#include "agent/client/errors.h"

#include <algorithm>

#include "absl/status/status.h"
#include "agent/client/internal/rpc_status.pb.h"
#include "client/src/failure.h"
#include "lib/base/error.h"

namespace agent::client {
namespace {

// A peer may send any delay; more than this is not waited for.
constexpr absl::Duration kRetryDelayMax = absl::Minutes(5);

// A protobuf Any's type is what follows the last slash of its URL.
bool IsType(const google::protobuf::Any& any, std::string_view type) {
  const std::string& url = any.type_url();
  const size_t slash = url.rfind('/');
  return slash != std::string::npos && url.substr(slash + 1) == type;
}

absl::Duration ToDuration(const google::protobuf::Duration& delay) {
  const absl::Duration value =
      absl::Seconds(delay.seconds()) + absl::Nanoseconds(delay.nanos());
  return std::clamp(value, absl::ZeroDuration(), kRetryDelayMax);
}

ErrorDetails ParseDetails(const std::string& bytes) {
  ErrorDetails details;
  internal::RpcStatus status;
  if (!status.ParseFromString(bytes)) return details;
  for (const google::protobuf::Any& any : status.details()) {
    internal::ErrorInfo info;
    internal::RetryInfo retry;
    if (IsType(any, "google.rpc.ErrorInfo") &&
        info.ParseFromString(any.value())) {
      details.reason = info.reason();
      details.metadata.insert(info.metadata().begin(), info.metadata().end());
    } else if (IsType(any, "google.rpc.RetryInfo") &&
               retry.ParseFromString(any.value())) {
      details.retry_after = ToDuration(retry.retry_delay());
    }
  }
  return details;
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return MakeError(static_cast<absl::StatusCode>(status.error_code()),
                   status.error_message(),
                   ParseDetails(status.error_details()));
}

StreamError StreamErrorOf(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return StreamError::kNone;
    case absl::StatusCode::kOutOfRange:
      return reason == reason::kCursorTrimmed ? StreamError::kTrimmed
                                              : StreamError::kExpired;
    case absl::StatusCode::kDataLoss:
      return reason == kStreamIncomplete ? StreamError::kIncomplete
                                         : StreamError::kLost;
    case absl::StatusCode::kNotFound:
      return StreamError::kNotFound;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return StreamError::kUnreachable;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
      return StreamError::kBusy;
    case absl::StatusCode::kInvalidArgument:
      return StreamError::kInvalid;
    case absl::StatusCode::kCancelled:
      return StreamError::kCancelled;
    default:
      return StreamError::kOther;
  }
}

const char* StreamErrorName(StreamError error) {
  switch (error) {
    case StreamError::kNone:
      return "NONE";
    case StreamError::kExpired:
      return "EXPIRED";
    case StreamError::kTrimmed:
      return "TRIMMED";
    case StreamError::kLost:
      return "LOST";
    case StreamError::kNotFound:
      return "NOT_FOUND";
    case StreamError::kUnreachable:
      return "UNREACHABLE";
    case StreamError::kBusy:
      return "BUSY";
    case StreamError::kInvalid:
      return "INVALID";
    case StreamError::kIncomplete:
      return "INCOMPLETE";
    case StreamError::kCancelled:
      return "CANCELLED";
    case StreamError::kOther:
      break;
  }
  return "OTHER";
}

std::string ErrorReason(const absl::Status& status) { return ReasonOf(status); }

std::map<std::string, std::string> ErrorMetadata(const absl::Status& status) {
  const auto details = GetErrorDetails(status);
  if (!details.has_value()) return {};
  return details->metadata;
}

std::optional<std::chrono::milliseconds> RetryDelay(
    const absl::Status& status) {
  const auto details = GetErrorDetails(status);
  if (!details.has_value() || !details->retry_after.has_value()) return {};
  return absl::ToChronoMilliseconds(*details->retry_after);
}

}  // namespace agent::client
