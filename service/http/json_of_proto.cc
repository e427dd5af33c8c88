#include "service/http/json_of_proto.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace agent {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

Json TimeJson(const Message& message) {
  google::protobuf::Timestamp time;
  time.CopyFrom(message);
  return absl::FormatTime(
      "%Y-%m-%dT%H:%M:%E*SZ",
      absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()),
      absl::UTCTimeZone());
}

Json DurationJson(const Message& message) {
  google::protobuf::Duration duration;
  duration.CopyFrom(message);
  return absl::StrCat(
      absl::ToDoubleSeconds(absl::Seconds(duration.seconds()) +
                            absl::Nanoseconds(duration.nanos())),
      "s");
}

Json MessageJson(const Message& message) {
  const auto* type = message.GetDescriptor();
  if (type == google::protobuf::Timestamp::descriptor()) {
    return TimeJson(message);
  }
  if (type == google::protobuf::Duration::descriptor()) {
    return DurationJson(message);
  }
  return JsonOfProto(message);
}

// Those kinds of fields that the API has.
Json SingleJson(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(message, field);
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->GetInt64(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection->GetEnum(message, field)->name();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageJson(reflection->GetMessage(message, field));
    default:
      return nullptr;
  }
}

Json RepeatedJson(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  Json list = Json::array();
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      list.push_back(
          MessageJson(reflection->GetRepeatedMessage(message, field, i)));
    } else {
      list.push_back(reflection->GetRepeatedString(message, field, i));
    }
  }
  return list;
}

bool IsLeftOut(const Message& message, const FieldDescriptor* field) {
  return field->has_presence() &&
         !message.GetReflection()->HasField(message, field);
}

}  // namespace

Json JsonOfProto(const Message& message) {
  Json json = Json::object();
  const auto* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->is_repeated()) {
      json[field->name()] = RepeatedJson(message, field);
    } else if (!IsLeftOut(message, field)) {
      json[field->name()] = SingleJson(message, field);
      if (field->name() == "conversation_id") {
        json["thread_id"] = json[field->name()];
      } else if (field->name() == "run_id") {
        json["correlation_id"] = json[field->name()];
      }
    }
  }
  return json;
}

std::string JsonText(const Json& json) {
  return json.dump(/*indent=*/-1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

HttpReply JsonReply(int status, const Json& json) {
  return {status, {{"Content-Type", "application/json"}}, JsonText(json)};
}

HttpReply ProtoReply(const Message& message) {
  return JsonReply(200, JsonOfProto(message));
}

void SetConversation(const std::string& conversation_id, Json* json) {
  (*json)["conversation_id"] = conversation_id;
  (*json)["thread_id"] = conversation_id;
}

void SetRun(const std::string& run_id, Json* json) {
  (*json)["correlation_id"] = run_id;
  (*json)["run_id"] = run_id;
}

}  // namespace agent
