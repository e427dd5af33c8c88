#include "service/request_parser.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/slice.h>

#include <optional>
#include <string>

#include "lib/base/error.h"
#include "lib/base/utf8.h"

namespace agent {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;

// Requests nest two deep (a request, its options).
constexpr int kMaxDepth = 4;

std::optional<std::string> FindBadText(const Descriptor* type,
                                       const std::string& bytes, int depth);

std::optional<std::string> BadTextInField(const FieldDescriptor* descriptor,
                                          const std::string& bytes, int depth) {
  if (descriptor->type() == FieldDescriptor::TYPE_STRING) {
    if (IsValidUtf8(bytes)) return std::nullopt;
    return descriptor->name();
  }
  if (descriptor->type() != FieldDescriptor::TYPE_MESSAGE) return std::nullopt;
  const auto inner = FindBadText(descriptor->message_type(), bytes, depth + 1);
  if (!inner.has_value()) return std::nullopt;
  return descriptor->name() + "." + *inner;
}

// The first string field of `bytes` that is not UTF-8: read without a schema,
// which keeps strings as bytes, then held against it.
std::optional<std::string> FindBadText(const Descriptor* type,
                                       const std::string& bytes, int depth) {
  google::protobuf::Empty any;
  if (depth > kMaxDepth || !any.ParseFromString(bytes)) return std::nullopt;
  const auto& fields = any.GetReflection()->GetUnknownFields(any);
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    const auto* descriptor = type->FindFieldByNumber(field.number());
    if (descriptor == nullptr ||
        field.type() != UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    auto bad = BadTextInField(descriptor, field.length_delimited(), depth);
    if (bad.has_value()) return bad;
  }
  return std::nullopt;
}

std::string Flatten(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  if (!bytes.DumpToSingleSlice(&slice).ok()) return "";
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

}  // namespace

absl::Status ParseRequest(const grpc::ByteBuffer& bytes,
                          google::protobuf::Message* request) {
  grpc::ByteBuffer copy = bytes;  // of references; parsing clears it
  if (copy.Valid() &&
      grpc::SerializationTraits<google::protobuf::Message>::Deserialize(&copy,
                                                                        request)
          .ok()) {
    return absl::OkStatus();
  }
  const Descriptor* type = request->GetDescriptor();
  if (const auto field = FindBadText(type, Flatten(bytes), 0);
      field.has_value()) {
    return FieldInvalid(*field, "must be valid UTF-8");
  }
  return FieldInvalid("request", "must be a " + type->full_name());
}

}  // namespace agent
