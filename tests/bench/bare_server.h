// The reference: a gRPC server that speaks our protocol and does nothing but
// write messages it has ready. What it reaches is what gRPC allows.
#ifndef AGENT_TESTS_BENCH_BARE_SERVER_H_
#define AGENT_TESTS_BENCH_BARE_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/redis/redis_client.h"
#include "service/idle_ping.h"

namespace agent::bench {

// What it understands of a request:
//  RunAgent: `message` holds a number: so many Redis round trips, one after
//    the other, precede the reply.
//  StreamResponse: `conversation_id` holds a LoadPlan and `cursor` how many
//    chunks go into a message: they are sent as fast as gRPC takes them. A plan
//    without chunks leaves the stream open and idle.
class BareServer {
 public:
  // `redis` may be null if no round trips are asked for; must outlive it.
  static absl::StatusOr<std::unique_ptr<BareServer>> Start(RedisClient* redis);
  ~BareServer();

  const std::string& address() const { return address_; }

 private:
  class Service;

  BareServer();

  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<IdlePing> idle_ping_;
  std::string address_;
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_BARE_SERVER_H_
