// Fields of requests, as HTTP carries them: in the path, the query, headers.
// What they may hold is AgentApi's to say; here they only become what it takes.
#ifndef AGENT_SERVICE_HTTP_REQUEST_FIELDS_H_
#define AGENT_SERVICE_HTTP_REQUEST_FIELDS_H_

#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "service/http/http_exchange.h"
#include "service/http/incoming_request.h"

namespace agent {

// The one value that a field was given under several names or in several
// places; "" if it was given none. INVALID_ARGUMENT if these do not agree.
absl::StatusOr<std::string> Agreed(
    std::string_view field,
    std::initializer_list<std::optional<std::string_view>> values);

// A number of the query; 0 if it is not there. INVALID_ARGUMENT.
absl::StatusOr<int32_t> QueryNumber(const IncomingRequest& request,
                                    std::string_view name);

// Seconds, of which there may be a fraction. INVALID_ARGUMENT for what is no
// number or more than a Duration holds.
absl::StatusOr<google::protobuf::Duration> SecondsOf(std::string_view field,
                                                     std::string_view text);
absl::StatusOr<google::protobuf::Duration> SecondsOf(std::string_view field,
                                                     double seconds);

// The reply names the conversation, if that can be one's id.
void NameConversation(const std::string& conversation_id,
                      HttpExchange* exchange);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_REQUEST_FIELDS_H_
