// The replies to POST /api/agents/{agent}/run, as JSON or as text.
#ifndef AGENT_SERVICE_HTTP_RUN_REPLY_H_
#define AGENT_SERVICE_HTTP_RUN_REPLY_H_

#include <string>

#include "agent/v1/agent_service.pb.h"
#include "service/http/http_reply.h"
#include "service/http/media_types.h"

namespace agent {

// A run that was accepted, and what asked for it. Value type.
class RunReply {
 public:
  RunReply(RunForm form, const v1::RunAgentRequest& request,
           const v1::RunAgentResponse& accepted);

  const v1::RunAgentResponse& accepted() const { return accepted_; }

  // 202, at once.
  HttpReply Accepted() const;
  // 202: it has not ended within the time that one waits.
  HttpReply Running() const;
  // 200: it has ended well, in this conversation.
  HttpReply Success(const v1::Run& run,
                    const v1::Conversation& conversation) const;
  // 502: it has failed, or was cancelled.
  HttpReply Failed(const v1::Run& run) const;

 private:
  RunForm form_;
  std::string message_;
  v1::RunAgentResponse accepted_;
};

// Of the run: what it said, its turns together.
std::string ResponseText(const v1::Conversation& conversation,
                         const std::string& run_id);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_RUN_REPLY_H_
