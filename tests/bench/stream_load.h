// Many readers of StreamResponse in one process, on gRPC's callback API, and
// what they saw together.
#ifndef AGENT_TESTS_BENCH_STREAM_LOAD_H_
#define AGENT_TESTS_BENCH_STREAM_LOAD_H_

#include <grpcpp/channel.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/v1/agent_service.grpc.pb.h"
#include "lib/base/mutex.h"
#include "tests/bench/histogram.h"

namespace agent::bench {

struct StreamTotals {
  int64_t opened = 0;  // the server has heard them
  int64_t ended = 0;
  int64_t failed = 0;  // of those that ended
  int64_t messages = 0;
  int64_t chunks = 0;
  Histogram latency;        // of each chunk, from when it was meant to be said
  Histogram first_message;  // of each stream, from its call
  int64_t last_ns = 0;      // when the newest message came
  std::string failure;      // the last one's message
};

// A connection of its own each.
std::vector<std::shared_ptr<grpc::Channel>> OpenChannels(
    const std::string& address, int count);

// Thread-safe. Destroying it cancels what is open, and waits for it.
class StreamLoad {
 public:
  explicit StreamLoad(const std::string& address, int channels = 4);
  ~StreamLoad();
  StreamLoad(const StreamLoad&) = delete;
  StreamLoad& operator=(const StreamLoad&) = delete;

  void Open(const v1::StreamResponseRequest& request);
  // Takes the first message and then no more: a stuck client.
  void OpenStuck(const v1::StreamResponseRequest& request);

  // Each `false` when it took longer than `patience`.
  bool AwaitOpened(int64_t streams, absl::Duration patience);
  bool AwaitEnded(int64_t streams, absl::Duration patience);
  bool AwaitChunks(int64_t chunks, absl::Duration patience);

  StreamTotals totals();

 private:
  class Reader;

  void Start(const v1::StreamResponseRequest& request, bool stuck);
  void Forget(const Reader* reader);
  void CountEnd(const grpc::Status& status);
  template <typename Condition>
  bool AwaitUntil(Condition condition, absl::Duration patience);

  std::vector<std::unique_ptr<v1::AgentService::Stub>> stubs_;
  Mutex mu_;
  CondVar changed_;
  int64_t started_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<Reader*> open_ ABSL_GUARDED_BY(mu_);
  StreamTotals totals_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_STREAM_LOAD_H_
