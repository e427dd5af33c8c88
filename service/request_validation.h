// Whether a request can be understood at all, before anything is asked of the
// store. One function a request, every field of it; the first wrong field is
// told (field_rules.h has the rules).
#ifndef AGENT_SERVICE_REQUEST_VALIDATION_H_
#define AGENT_SERVICE_REQUEST_VALIDATION_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/v1/agent_service.pb.h"
#include "lib/log/limits.h"

namespace agent {

inline constexpr absl::Duration kMaxRunTimeout = absl::Hours(24);
inline constexpr absl::Duration kMinHeartbeat = absl::Seconds(1);
inline constexpr absl::Duration kMaxHeartbeat = absl::Hours(24);
inline constexpr absl::Duration kMaxStreamWait = absl::Minutes(5);

absl::Status Validate(const v1::RunAgentRequest& request,
                      const RunLimits& limits);
absl::Status Validate(const v1::StreamResponseRequest& request);
absl::Status Validate(const v1::GetRunRequest& request);
absl::Status Validate(const v1::ListRunsRequest& request);
absl::Status Validate(const v1::CancelRunRequest& request);
absl::Status Validate(const v1::GetConversationRequest& request);
absl::Status Validate(const v1::ListConversationsRequest& request);
absl::Status Validate(const v1::DeleteConversationRequest& request);

}  // namespace agent

#endif  // AGENT_SERVICE_REQUEST_VALIDATION_H_
