#include "service/http/http_errors.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "service/public_error.h"

namespace agent {
namespace {

using Json = nlohmann::ordered_json;

std::string ToJson(const PublicError& error) {
  Json body;
  body["code"] = absl::StatusCodeToString(error.code);
  body["reason"] = error.details.reason;
  body["message"] = error.message;
  body["metadata"] = error.details.metadata;
  Json json;
  json["error"] = std::move(body);
  return json.dump(/*indent=*/-1, ' ', false, Json::error_handler_t::replace);
}

bool WaitingHelps(const PublicError& error) {
  return error.details.retry_after.has_value() ||
         error.code == absl::StatusCode::kUnavailable ||
         error.code == absl::StatusCode::kResourceExhausted;
}

// Whole seconds, never none.
std::string RetryAfter(const PublicError& error) {
  const absl::Duration wait =
      error.details.retry_after.value_or(absl::Seconds(1));
  const int64_t seconds = absl::ToInt64Seconds(
      absl::Ceil(std::max(wait, absl::Seconds(1)), absl::Seconds(1)));
  return std::to_string(seconds);
}

}  // namespace

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kDataLoss:
      return 410;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    default:
      return 500;
  }
}

std::string ErrorJson(const absl::Status& status) {
  return ToJson(ToPublicError(status));
}

HttpReply ErrorReply(const absl::Status& status, int http_status) {
  const PublicError error = ToPublicError(status);
  HttpReply reply;
  reply.status = http_status != 0 ? http_status : HttpStatusOf(error.code);
  reply.headers.Add("Content-Type", "application/json");
  if (WaitingHelps(error)) {
    reply.headers.Add("Retry-After", RetryAfter(error));
  }
  reply.body = ToJson(error) + "\n";
  return reply;
}

absl::Status Forbidden(const char* reason, std::string message) {
  return MakeError(
      absl::StatusCode::kPermissionDenied, message,
      {.reason = reason, .metadata = {}, .retry_after = std::nullopt});
}

}  // namespace agent
