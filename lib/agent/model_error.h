// What can go wrong with a model's service, as RunErrors: in words for people,
// without host names, keys or what the service wrote.
#ifndef AGENT_LIB_AGENT_MODEL_ERROR_H_
#define AGENT_LIB_AGENT_MODEL_ERROR_H_

#include <string_view>

#include "absl/status/status.h"
#include "lib/agent/http_stream.h"
#include "nlohmann/json_fwd.hpp"

namespace agent {

// "the model's service <what>"; retryable.
absl::Status ModelUnavailable(std::string_view what);
// Final: the same request would be refused again.
absl::Status ModelRefused(std::string_view message);
absl::Status ModelFiltered();
// Final: what is longer than a bound of ours would be so again.
absl::Status ModelAnswerTooLarge();
// Final: somebody must mend the configuration.
absl::Status ModelNotConfigured(std::string_view message);

// Of an answer other than 200 and its body (as much of it as was kept): 401,
// 403, 404 and redirects are the configuration's fault; 408, 409, 429 and 5xx
// pass; anything else was refused.
absl::Status ModelHttpError(int http_status, std::string_view body);

// Of an event `{"error": …}` in the midst of a stream; final where its code
// says that the request is at fault.
absl::Status ModelStreamError(const nlohmann::json& event);

// Of a transfer that did not come to its end.
absl::Status ModelTransferError(const HttpOutcome& outcome);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_MODEL_ERROR_H_
