// The program's output for programs.
#ifndef AGENT_CLIENT_PROGRAM_JSON_H_
#define AGENT_CLIENT_PROGRAM_JSON_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"

namespace agent::client {

// One line, with its end: protobuf's JSON under the names of the .proto file.
std::string JsonLine(const google::protobuf::Message& message);

// {"error":{"code","reason","message","metadata"}}, as the HTTP API's errors.
std::string JsonErrorLine(const absl::Status& status);

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_JSON_H_
