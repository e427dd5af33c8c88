// The gRPC server: listens, speaks AgentService, health and reflection, notices
// dead clients, and drains in order.
#ifndef AGENT_SERVICE_AGENT_SERVER_H_
#define AGENT_SERVICE_AGENT_SERVER_H_

#include <grpcpp/server.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/timer_queue.h"
#include "service/agent_api.h"
#include "service/agent_service_impl.h"
#include "service/idle_ping.h"
#include "service/stream_registry.h"

namespace agent {

struct ServerOptions {
  std::string listen = "127.0.0.1:0";   // host:port, or unix:PATH
  int64_t max_message_bytes = 1 << 20;  // of what a user says
  // A client that answers no ping for `keepalive_timeout` is gone.
  absl::Duration keepalive_time = absl::Seconds(20);
  absl::Duration keepalive_timeout = absl::Seconds(10);
};

// Thread-safe. Not serving (health) until SetServing(true).
class AgentServer {
 public:
  // `api`, `streams` and `timers` must outlive it. UNAVAILABLE: the address
  // cannot be listened on.
  static absl::StatusOr<std::unique_ptr<AgentServer>> Start(
      ServerOptions options, AgentApi* api, StreamRegistry* streams,
      TimerQueue* timers);

  // Drains with no patience if Drain was not called, and stops. A call that
  // arrives in that very moment gRPC itself answers with CANCELLED: a program
  // that ends does better not to come here, but to exit after Drain.
  ~AgentServer();

  // Where it listens, with the port that was picked.
  const std::string& address() const { return address_; }

  // What health checks are told, for "" and "agent.v1.AgentService". Has no
  // effect once a drain has begun.
  void SetServing(bool serving);

  // Health says NOT_SERVING; new runs and streams are refused.
  void BeginDrain();

  // BeginDrain; then gives open streams up to `patience` to reach their ends,
  // and ends the others with DRAINING. Blocks. Goes on refusing what comes.
  // Repeating it is harmless.
  void Drain(absl::Duration patience);

 private:
  AgentServer(ServerOptions options, AgentApi* api, StreamRegistry* streams,
              TimerQueue* timers);

  absl::Status Listen();

  const ServerOptions options_;
  AgentApi* const api_;
  StreamRegistry* const streams_;
  AgentServiceImpl service_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<IdlePing> ping_;
  Mutex mu_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace agent

#endif  // AGENT_SERVICE_AGENT_SERVER_H_
