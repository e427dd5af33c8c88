// One StreamResponse call: blocking reads with a deadline each, so that a
// connection that died in silence is noticed.
#ifndef AGENT_CLIENT_SRC_STREAM_CALL_H_
#define AGENT_CLIENT_SRC_STREAM_CALL_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/v1/agent_service.grpc.pb.h"

namespace agent::client {

// Threads: thread-compatible, but for Cancel(), which any thread may call while
// the object lives.
class StreamCall {
 public:
  enum class Event {
    kBatch,
    kEnd,      // ask Finish() how it ended
    kStalled,  // nothing came in time; the call is cancelled
  };

  // Begins the call; `stub` must outlive this object.
  StreamCall(v1::AgentService::StubInterface* stub,
             const v1::StreamResponseRequest& request);
  // Cancels what is still going on. Does not wait for the peer.
  ~StreamCall();
  StreamCall(const StreamCall&) = delete;
  StreamCall& operator=(const StreamCall&) = delete;

  // Waits for the next batch, `timeout` at most.
  Event Read(absl::Duration timeout, v1::ResponseBatch* batch);

  // How the call ended. Once, after kEnd or kStalled.
  absl::Status Finish();

  void Cancel() { context_.TryCancel(); }

 private:
  enum class Wait { kOk, kFailed, kTimeout };
  Wait WaitForTag(absl::Duration timeout);
  void Drain();

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncReaderInterface<v1::ResponseBatch>> reader_;
  // What operations write to; they may outlive a read that timed out.
  v1::ResponseBatch batch_;
  grpc::Status status_;
  int pending_ = 1;  // operations begun and not completed; first the start
  bool started_ = false;
  bool finished_ = false;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_SRC_STREAM_CALL_H_
