#include "service/http/run_call.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "lib/agent/json_depth.h"
#include "lib/base/error.h"
#include "lib/base/status_macros.h"
#include "service/http/request_fields.h"

namespace agent {
namespace {

using Json = nlohmann::json;

absl::StatusOr<Json> ParseBody(const std::string& body) {
  const absl::Status refused = FieldInvalid("body", "must be a JSON object");
  if (JsonDepth(body) > kJsonDepthMax) {
    return FieldInvalid("body", "nests too deep");
  }
  Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return refused;
  return json;
}

// A field of the body; null where there is none.
const Json& Field(const Json& body, const char* name) {
  static const Json* const kNone = new Json();
  const auto found = body.find(name);
  return found == body.end() ? *kNone : *found;
}

absl::StatusOr<std::string> TextField(const Json& body, const char* name) {
  const Json& field = Field(body, name);
  if (field.is_null()) return std::string();
  if (!field.is_string()) return FieldInvalid(name, "must be a string");
  return field.get<std::string>();
}

absl::StatusOr<bool> YesField(const Json& body, const char* name) {
  const Json& field = Field(body, name);
  if (field.is_null()) return false;
  if (field.is_boolean()) return field.get<bool>();
  if (field.is_string()) return MeansYes(field.get<std::string>());
  if (field.is_number_integer()) return field.get<int64_t>() == 1;
  return FieldInvalid(name, "must be true or false");
}

// A schema may be said as it is, or as the text of one.
std::string SchemaField(const Json& body) {
  const Json& schema = Field(body, "response_json_schema");
  if (schema.is_null()) return "";
  if (schema.is_string()) return schema.get<std::string>();
  return schema.dump();
}

absl::Status ReadOptions(const Json& body, v1::RunOptions* options) {
  ASSIGN_OR_RETURN(const bool no_tools, YesField(body, "disable_tools"));
  options->set_disable_tools(no_tools);
  options->set_response_json_schema(SchemaField(body));
  const Json& timeout = Field(body, "timeout_seconds");
  if (timeout.is_null()) return absl::OkStatus();
  if (!timeout.is_number()) {
    return FieldInvalid("timeout_seconds", "must be a number of seconds");
  }
  ASSIGN_OR_RETURN(*options->mutable_timeout(),
                   SecondsOf("timeout_seconds", timeout.get<double>()));
  return absl::OkStatus();
}

// What the body names itself, beside what stands elsewhere in the request.
struct BodyIds {
  std::string conversation_id;
  std::string thread_id;
  std::string request_id;
};

absl::Status ReadJson(const IncomingRequest& request, BodyIds* ids,
                      RunCall* call) {
  ASSIGN_OR_RETURN(const Json body, ParseBody(request.body));
  ASSIGN_OR_RETURN(*call->request.mutable_message(),
                   TextField(body, "message"));
  ASSIGN_OR_RETURN(ids->conversation_id, TextField(body, "conversation_id"));
  ASSIGN_OR_RETURN(ids->thread_id, TextField(body, "thread_id"));
  ASSIGN_OR_RETURN(ids->request_id, TextField(body, "request_id"));
  ASSIGN_OR_RETURN(call->wait, YesField(body, "wait_for_response"));
  return ReadOptions(body, call->request.mutable_options());
}

// The header before the query, and both before the body.
void ReadWait(const IncomingRequest& request, RunCall* call) {
  if (const auto header = request.headers.Find("x-ms-wait-for-response")) {
    call->wait = MeansYes(*header);
  } else if (const auto query = request.Query("wait_for_response")) {
    call->wait = MeansYes(*query);
  }
}

}  // namespace

absl::StatusOr<RunCall> ParseRunCall(const IncomingRequest& request,
                                     const std::string& agent) {
  RunCall call;
  call.form = ChooseRunForm(request.headers.Joined("Accept"));
  call.request.set_agent(agent);
  BodyIds ids;
  if (IsJson(request.headers.Find("Content-Type").value_or(""))) {
    RETURN_IF_ERROR(ReadJson(request, &ids, &call));
  } else {
    call.request.set_message(request.body);
  }
  ReadWait(request, &call);
  ASSIGN_OR_RETURN(
      *call.request.mutable_conversation_id(),
      Agreed("conversation_id",
             {ids.conversation_id, ids.thread_id,
              request.Query("conversation_id"), request.Query("thread_id")}));
  ASSIGN_OR_RETURN(
      *call.request.mutable_request_id(),
      Agreed("request_id",
             {ids.request_id, request.headers.Find("Idempotency-Key")}));
  return call;
}

}  // namespace agent
