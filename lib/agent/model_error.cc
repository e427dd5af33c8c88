#include "lib/agent/model_error.h"

#include <algorithm>
#include <string>

#include "lib/agent/agent.h"
#include "lib/base/logging.h"
#include "nlohmann/json.hpp"

namespace agent {
namespace {

using Json = nlohmann::json;

constexpr size_t kCodeBytesMax = 64;

// `error.code`, or `error.type`, of a body; only what looks like an identifier,
// since it is logged.
std::string ErrorCode(const Json& body) {
  if (!body.is_object()) return "";
  const auto error = body.find("error");
  if (error == body.end() || !error->is_object()) return "";
  for (const char* field : {"code", "type"}) {
    const auto it = error->find(field);
    if (it == error->end() || !it->is_string()) continue;
    std::string code = it->get<std::string>();
    const bool plain = std::all_of(code.begin(), code.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    });
    if (plain && !code.empty() && code.size() <= kCodeBytesMax) return code;
  }
  return "";
}

bool IsFilter(const std::string& code) {
  return code == "content_filter" || code == "ResponsibleAIPolicyViolation" ||
         code == "content_policy_violation";
}

bool IsTooLong(const std::string& code) {
  return code == "context_length_exceeded";
}

absl::Status ConversationTooLong() {
  return ModelRefused("the conversation is too long for the model");
}

std::string Answered(int http_status) {
  return "answered with HTTP status " + std::to_string(http_status);
}

absl::Status ConfigurationError(int http_status) {
  const std::string why = http_status == 404
                              ? "does not know the configured model"
                          : http_status == 401 || http_status == 403
                              ? "does not accept the configured credentials"
                              : "is not at the configured address";
  return ModelNotConfigured("the model's service " + why + " (HTTP status " +
                            std::to_string(http_status) + ")");
}

}  // namespace

absl::Status ModelUnavailable(std::string_view what) {
  return RunError("MODEL_UNAVAILABLE",
                  "the model's service " + std::string(what),
                  /*retryable=*/true);
}

absl::Status ModelRefused(std::string_view message) {
  return RunError("MODEL_REFUSED", message, /*retryable=*/false);
}

absl::Status ModelFiltered() {
  return ModelRefused("the model's content filter stopped the answer");
}

absl::Status ModelAnswerTooLarge() {
  return RunError("OUTPUT_TOO_LARGE",
                  "the model's service sent more than is allowed",
                  /*retryable=*/false);
}

absl::Status ModelNotConfigured(std::string_view message) {
  return RunError("MODEL_NOT_CONFIGURED", message, /*retryable=*/false);
}

absl::Status ModelHttpError(int http_status, std::string_view body) {
  const std::string code = ErrorCode(Json::parse(body, nullptr, false));
  LogWarning("model request failed",
             {{"http_status", http_status}, {"error_code", code}});
  if (http_status == 408 || http_status == 409 || http_status == 429 ||
      http_status >= 500) {
    return ModelUnavailable(Answered(http_status));
  }
  if (IsFilter(code)) return ModelFiltered();
  if (http_status == 401 || http_status == 403 || http_status == 404 ||
      http_status < 400) {
    return ConfigurationError(http_status);
  }
  if (IsTooLong(code)) return ConversationTooLong();
  return ModelRefused("the model's service refused the request (HTTP status " +
                      std::to_string(http_status) + ")");
}

absl::Status ModelStreamError(const Json& event) {
  const std::string code = ErrorCode(event);
  LogWarning("model stream failed", {{"error_code", code}});
  if (IsFilter(code)) return ModelFiltered();
  if (IsTooLong(code)) return ConversationTooLong();
  return ModelUnavailable("told of an error in its stream");
}

absl::Status ModelTransferError(const HttpOutcome& outcome) {
  LogWarning("model transfer failed",
             {{"http_status", outcome.status}, {"curl_code", outcome.detail}});
  switch (outcome.end) {
    case HttpOutcome::End::kNotReached:
      return ModelUnavailable("cannot be reached");
    case HttpOutcome::End::kStalled:
      return ModelUnavailable("stopped sending");
    case HttpOutcome::End::kTooLarge:
      return ModelAnswerTooLarge();
    case HttpOutcome::End::kCut:
    case HttpOutcome::End::kComplete:
      break;
  }
  return ModelUnavailable("was cut off");
}

}  // namespace agent
