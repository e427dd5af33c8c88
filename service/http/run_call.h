// POST /api/agents/{agent}/run, read: what is asked of AgentApi, and how the
// answer is to look.
#ifndef AGENT_SERVICE_HTTP_RUN_CALL_H_
#define AGENT_SERVICE_HTTP_RUN_CALL_H_

#include <string>

#include "absl/status/statusor.h"
#include "agent/v1/agent_service.pb.h"
#include "service/http/incoming_request.h"
#include "service/http/media_types.h"

namespace agent {

struct RunCall {
  v1::RunAgentRequest request;
  bool wait = false;  // for the run's end
  RunForm form = RunForm::kJson;
};

// INVALID_ARGUMENT: a body that says it is JSON and is not an object, a field
// of another kind than it should be, ids that do not agree.
absl::StatusOr<RunCall> ParseRunCall(const IncomingRequest& request,
                                     const std::string& agent);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_RUN_CALL_H_
