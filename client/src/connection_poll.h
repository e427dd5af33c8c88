// Waits while a connection is being made.
//
// gRPC 1.51 makes progress on a channel only while some thread polls it. With a
// completion queue a call, nobody does between two calls: a plain sleep lets
// every handshake run into its time limit, and a server that is back is not met
// before a call and a handshake happen to coincide.
#ifndef AGENT_CLIENT_SRC_CONNECTION_POLL_H_
#define AGENT_CLIENT_SRC_CONNECTION_POLL_H_

#include <grpcpp/channel.h>
#include <grpcpp/completion_queue.h>

#include <chrono>
#include <memory>
#include <utility>

namespace agent::client {

// Thread-compatible.
class ConnectionPoll {
 public:
  explicit ConnectionPoll(std::shared_ptr<grpc::ChannelInterface> channel)
      : channel_(std::move(channel)) {}
  ~ConnectionPoll() {
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }
  ConnectionPoll(const ConnectionPoll&) = delete;
  ConnectionPoll& operator=(const ConnectionPoll&) = delete;

  // Polls for `time`, or less when the connection's state changes.
  void Poll(std::chrono::nanoseconds time) {
    const grpc_connectivity_state state =
        channel_->GetState(/*try_to_connect=*/true);
    channel_->NotifyOnStateChange(
        state, std::chrono::system_clock::now() + time, &queue_, this);
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
  }

  // Polls for all of `time`.
  void PollFor(std::chrono::nanoseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    for (;;) {
      const std::chrono::nanoseconds left =
          deadline - std::chrono::steady_clock::now();
      if (left.count() <= 0) return;
      Poll(left);
    }
  }

 private:
  const std::shared_ptr<grpc::ChannelInterface> channel_;
  grpc::CompletionQueue queue_;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_SRC_CONNECTION_POLL_H_
