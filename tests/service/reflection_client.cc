#include "tests/service/reflection_client.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/message.h>
#include <grpcpp/client_context.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/impl/codegen/sync_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include <utility>

namespace agent::testing {
namespace {

using google::protobuf::Message;

constexpr char kPackage[] = "grpc.reflection.v1alpha.";
constexpr char kMethod[] =
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

std::unique_ptr<Message> Make(const std::string& type) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
          kPackage + type);
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(descriptor)
          ->New());
}

const google::protobuf::FieldDescriptor* FieldNamed(const Message& message,
                                                    const std::string& name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

const Message& Inner(const Message& message, const std::string& name) {
  return message.GetReflection()->GetMessage(message,
                                             FieldNamed(message, name));
}

grpc::ByteBuffer ToBytes(const Message& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  (void)grpc::SerializationTraits<Message>::Serialize(message, &bytes, &own);
  return bytes;
}

}  // namespace

ReflectionClient::ReflectionClient(std::shared_ptr<grpc::Channel> channel)
    : channel_(std::move(channel)) {}

std::unique_ptr<Message> ReflectionClient::Ask(const std::string& field,
                                               const std::string& value) {
  auto request = Make("ServerReflectionRequest");
  request->GetReflection()->SetString(request.get(),
                                      FieldNamed(*request, field), value);
  grpc::ClientContext context;
  const grpc::internal::RpcMethod method(
      kMethod, grpc::internal::RpcMethod::BIDI_STREAMING);
  const std::unique_ptr<
      grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>>
      stream(grpc::internal::ClientReaderWriterFactory<
             grpc::ByteBuffer, grpc::ByteBuffer>::Create(channel_.get(), method,
                                                         &context));
  stream->Write(ToBytes(*request));
  stream->WritesDone();
  grpc::ByteBuffer bytes;
  auto response = Make("ServerReflectionResponse");
  if (stream->Read(&bytes)) {
    (void)grpc::SerializationTraits<Message>::Deserialize(&bytes,
                                                          response.get());
  }
  (void)stream->Finish();
  return response;
}

std::vector<std::string> ReflectionClient::ListServices() {
  const auto response = Ask("list_services", "");
  const Message& list = Inner(*response, "list_services_response");
  const auto* services = FieldNamed(list, "service");
  std::vector<std::string> names;
  const auto* reflection = list.GetReflection();
  for (int i = 0; i < reflection->FieldSize(list, services); ++i) {
    const Message& service = reflection->GetRepeatedMessage(list, services, i);
    names.push_back(service.GetReflection()->GetString(
        service, FieldNamed(service, "name")));
  }
  return names;
}

std::string ReflectionClient::FileOf(const std::string& symbol) {
  const auto response = Ask("file_containing_symbol", symbol);
  const Message& files = Inner(*response, "file_descriptor_response");
  const auto* field = FieldNamed(files, "file_descriptor_proto");
  if (files.GetReflection()->FieldSize(files, field) == 0) return "";
  google::protobuf::FileDescriptorProto file;
  file.ParseFromString(
      files.GetReflection()->GetRepeatedString(files, field, 0));
  return file.name();
}

}  // namespace agent::testing
