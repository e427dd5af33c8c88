// Calls kept going at a fixed depth: each that ends begins the next.
#ifndef AGENT_TESTS_BENCH_CALL_LOOP_H_
#define AGENT_TESTS_BENCH_CALL_LOOP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/v1/agent_service.grpc.pb.h"
#include "lib/base/mutex.h"
#include "tests/bench/histogram.h"

namespace agent::bench {

// Thread-compatible; the calls run on gRPC's threads.
class CallLoop {
 public:
  CallLoop(const std::string& address, int channels);
  ~CallLoop();
  CallLoop(const CallLoop&) = delete;
  CallLoop& operator=(const CallLoop&) = delete;

  // `total` streams, `depth` at a time, each read to its end: the time from the
  // call to the first message.
  Histogram Streams(const v1::StreamResponseRequest& request, int64_t depth,
                    int64_t total);
  // `total` unary calls: the time from the call to the reply.
  Histogram Unary(const v1::RunAgentRequest& request, int64_t depth,
                  int64_t total);
  // ... one every `interval`, so that each finds the server at rest.
  Histogram PacedUnary(const v1::RunAgentRequest& request,
                       absl::Duration interval, int64_t total);

 private:
  class StreamCall;
  class UnaryCall;

  template <typename Call, typename Request>
  Histogram Loop(const Request& request, int64_t depth, int64_t total);
  // Whether the caller may begin another.
  bool Ended(bool ok, int64_t latency_ns);

  std::vector<std::unique_ptr<v1::AgentService::Stub>> stubs_;
  Mutex mu_;
  CondVar changed_;
  int64_t to_begin_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t under_way_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t failed_ ABSL_GUARDED_BY(mu_) = 0;
  Histogram latency_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_CALL_LOOP_H_
