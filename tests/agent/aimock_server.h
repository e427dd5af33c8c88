// The mock of the OpenAI protocol from npm (@copilotkit/aimock), serving
// aimock/fixtures.json on a loopback port: an independent view of the protocol.
#ifndef AGENT_TESTS_AGENT_AIMOCK_SERVER_H_
#define AGENT_TESTS_AGENT_AIMOCK_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace agent::testing {

class AimockServer {
 public:
  // Installs the mock into the build folder first, where it is not there.
  // AGENT_TEST_NODE (a path) and AGENT_TEST_NODE_MODULES (a folder) say what
  // to use instead of `node` on PATH and the build folder. NOT_FOUND: there is
  // no node of 20.15 or newer, and none was named.
  static absl::StatusOr<std::unique_ptr<AimockServer>> Start();
  ~AimockServer();
  AimockServer(const AimockServer&) = delete;
  AimockServer& operator=(const AimockServer&) = delete;

  const std::string& url() const { return url_; }

 private:
  AimockServer(pid_t pid, int output, std::string url)
      : pid_(pid), output_(output), url_(std::move(url)) {}

  const pid_t pid_;
  const int output_;
  const std::string url_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_AGENT_AIMOCK_SERVER_H_
