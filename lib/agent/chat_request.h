// A model's request as the body of a streamed chat completion.
#ifndef AGENT_LIB_AGENT_CHAT_REQUEST_H_
#define AGENT_LIB_AGENT_CHAT_REQUEST_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/agent/chat_model.h"

namespace agent {

// `model`: what the body names; left out if empty. A response schema is asked
// for in the provider's strict form where the schema allows it (every object
// lists all its properties as required and allows no others), else as a wish.
// RunError MODEL_REFUSED: a tool's or the response's schema is not an object.
absl::StatusOr<std::string> ChatRequestBody(const ModelRequest& request,
                                            std::string_view model);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_CHAT_REQUEST_H_
