#include "service/request_validation.h"

#include "lib/base/status_macros.h"
#include "service/field_rules.h"

namespace agent {
namespace {

absl::Status ValidateOptions(const v1::RunOptions& options) {
  if (!options.response_json_schema().empty()) {
    RETURN_IF_ERROR(CheckJsonSchema("options.response_json_schema",
                                    options.response_json_schema()));
  }
  if (!options.has_timeout()) return absl::OkStatus();
  return CheckDuration("options.timeout", options.timeout(),
                       absl::Milliseconds(1), kMaxRunTimeout)
      .status();
}

template <typename Request>
absl::Status ValidateRunKey(const Request& request) {
  RETURN_IF_ERROR(CheckId("conversation_id", request.conversation_id()));
  return CheckId("run_id", request.run_id());
}

}  // namespace

absl::Status Validate(const v1::RunAgentRequest& request,
                      const RunLimits& limits) {
  RETURN_IF_ERROR(CheckAgentName("agent", request.agent()));
  RETURN_IF_ERROR(
      CheckMessage("message", request.message(), limits.max_message_bytes));
  if (!request.conversation_id().empty()) {
    RETURN_IF_ERROR(CheckId("conversation_id", request.conversation_id()));
  }
  if (!request.request_id().empty()) {
    RETURN_IF_ERROR(CheckRequestId("request_id", request.request_id()));
  }
  return ValidateOptions(request.options());
}

absl::Status Validate(const v1::StreamResponseRequest& request) {
  RETURN_IF_ERROR(CheckId("conversation_id", request.conversation_id()));
  if (!request.cursor().empty()) {
    RETURN_IF_ERROR(CheckCursor("cursor", request.cursor()));
  }
  if (!request.run_id().empty()) {
    RETURN_IF_ERROR(CheckId("run_id", request.run_id()));
  }
  if (request.has_heartbeat_interval()) {
    RETURN_IF_ERROR(CheckDuration("heartbeat_interval",
                                  request.heartbeat_interval(), kMinHeartbeat,
                                  kMaxHeartbeat)
                        .status());
  }
  if (!request.has_wait()) return absl::OkStatus();
  return CheckDuration("wait", request.wait(), absl::ZeroDuration(),
                       kMaxStreamWait)
      .status();
}

absl::Status Validate(const v1::GetRunRequest& request) {
  return ValidateRunKey(request);
}

absl::Status Validate(const v1::ListRunsRequest& request) {
  RETURN_IF_ERROR(CheckId("conversation_id", request.conversation_id()));
  return CheckPage(request.page_size(), request.page_token());
}

absl::Status Validate(const v1::CancelRunRequest& request) {
  return ValidateRunKey(request);
}

absl::Status Validate(const v1::GetConversationRequest& request) {
  return CheckId("conversation_id", request.conversation_id());
}

absl::Status Validate(const v1::ListConversationsRequest& request) {
  if (!request.agent().empty()) {
    RETURN_IF_ERROR(CheckAgentName("agent", request.agent()));
  }
  return CheckPage(request.page_size(), request.page_token());
}

absl::Status Validate(const v1::DeleteConversationRequest& request) {
  return CheckId("conversation_id", request.conversation_id());
}

}  // namespace agent
