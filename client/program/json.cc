#include "client/program/json.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/client/errors.h"

namespace agent::client {

std::string JsonLine(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;  // sequence 0 is a sequence
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return "{}\n";  // only for times out of range
  return json + "\n";
}

std::string JsonErrorLine(const absl::Status& status) {
  nlohmann::ordered_json error;
  error["code"] = absl::StatusCodeToString(status.code());
  error["reason"] = ErrorReason(status);
  error["message"] = absl::StrCat(status.message());
  error["metadata"] = ErrorMetadata(status);
  nlohmann::ordered_json line;
  line["error"] = std::move(error);
  using Json = nlohmann::ordered_json;
  return line.dump(/*indent=*/-1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace agent::client
