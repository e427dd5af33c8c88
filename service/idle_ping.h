// Keeps gRPC 1.51's callback threads awake. Each of them, after a second
// without events, sleeps for 100 ms without polling: what arrives then waits. A
// call to ourselves, within the process, every 400 ms costs next to nothing and
// keeps one of them at work.
#ifndef AGENT_SERVICE_IDLE_PING_H_
#define AGENT_SERVICE_IDLE_PING_H_

#include <grpcpp/channel.h>

#include <memory>
#include <thread>

#include "lib/base/mutex.h"

namespace agent {

// Owns a thread. Destroy it before the server is shut down.
class IdlePing {
 public:
  // `channel` leads to the server's own health service.
  explicit IdlePing(std::shared_ptr<grpc::Channel> channel);
  ~IdlePing();
  IdlePing(const IdlePing&) = delete;
  IdlePing& operator=(const IdlePing&) = delete;

 private:
  void Loop();

  const std::shared_ptr<grpc::Channel> channel_;
  Mutex mu_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace agent

#endif  // AGENT_SERVICE_IDLE_PING_H_
