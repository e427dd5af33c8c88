// Asks a server what it serves, as grpcurl does. Debian installs no header for
// the reflection protocol; its messages are in the program, and are used by
// their descriptors.
#ifndef AGENT_TESTS_SERVICE_REFLECTION_CLIENT_H_
#define AGENT_TESTS_SERVICE_REFLECTION_CLIENT_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

namespace google::protobuf {
class Message;
}

namespace agent::testing {

class ReflectionClient {
 public:
  explicit ReflectionClient(std::shared_ptr<grpc::Channel> channel);

  std::vector<std::string> ListServices();
  // The name of the file that declares a symbol; "" if it is not known.
  std::string FileOf(const std::string& symbol);

 private:
  // One request with one string field set, and its response.
  std::unique_ptr<google::protobuf::Message> Ask(const std::string& field,
                                                 const std::string& value);

  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_SERVICE_REFLECTION_CLIENT_H_
