// The API's messages as the HTTP API's JSON: the fields' names as in the .proto
// file, numbers as numbers, times as RFC 3339, states by name; what is not set
// is left out only of messages and times. Where there is a conversation_id
// there is a thread_id, and with a run_id a correlation_id, of the same value.
#ifndef AGENT_SERVICE_HTTP_JSON_OF_PROTO_H_
#define AGENT_SERVICE_HTTP_JSON_OF_PROTO_H_

#include <google/protobuf/message.h>

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "service/http/http_reply.h"

namespace agent {

nlohmann::ordered_json JsonOfProto(const google::protobuf::Message& message);

// In UTF-8 whatever it holds; one line, with its end.
std::string JsonText(const nlohmann::ordered_json& json);

HttpReply JsonReply(int status, const nlohmann::ordered_json& json);

// 200, with the message.
HttpReply ProtoReply(const google::protobuf::Message& message);

// Sets both names of the conversation, and both of the run.
void SetConversation(const std::string& conversation_id,
                     nlohmann::ordered_json* json);
void SetRun(const std::string& run_id, nlohmann::ordered_json* json);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_JSON_OF_PROTO_H_
