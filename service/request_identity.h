// The ids under which a request to run an agent is known.
//
// With a request_id they follow from the request, so that a retry meets the
// first, whichever process it reaches. Requests without a conversation_id form
// a scope of their own: their conversation's id follows from the request_id
// too, and a repetition that names that conversation is of the same scope.
//
//   conversation = hex128(SHA-256("conversation", principal, request_id))
//   run          = hex128(SHA-256("run", principal, scope, request_id))
//   scope        = "" or the conversation that the request named
#ifndef AGENT_SERVICE_REQUEST_IDENTITY_H_
#define AGENT_SERVICE_REQUEST_IDENTITY_H_

#include <string>

#include "agent/v1/agent_service.pb.h"

namespace agent {

struct RequestIdentity {
  std::string conversation_id;
  std::string run_id;
  // Of all that the request asks for: not its request_id, and not its
  // conversation, which the ids above stand for.
  std::string request_hash;
  // The conversation's id was not chosen by the client.
  bool conversation_is_ours = false;
};

RequestIdentity IdentifyRequest(const std::string& principal,
                                const v1::RunAgentRequest& request);

}  // namespace agent

#endif  // AGENT_SERVICE_REQUEST_IDENTITY_H_
