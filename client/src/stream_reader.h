// ResumableStream's inside: the loop of connecting, reading and waiting.
#ifndef AGENT_CLIENT_SRC_STREAM_READER_H_
#define AGENT_CLIENT_SRC_STREAM_READER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/client/resumable_stream.h"
#include "client/src/chunk_order.h"
#include "client/src/connection_poll.h"
#include "client/src/retry.h"
#include "client/src/stream_call.h"
#include "lib/base/mutex.h"

namespace agent::client {

class ResumableStream::Impl {
 public:
  Impl(const std::shared_ptr<grpc::ChannelInterface>& channel,
       v1::StreamResponseRequest request, StreamOptions options);

  absl::StatusOr<std::optional<v1::ResponseChunk>> Next();
  void Cancel();
  void Resume();
  const std::string& cursor() const { return order_.cursor(); }
  const ResponseText& response() const { return response_; }

 private:
  // The batch's next chunk, if it is new.
  absl::StatusOr<std::optional<v1::ResponseChunk>> TakeChunk();
  // Fills batch_. An error ends this connection, not yet the stream.
  absl::Status ReadBatch();
  bool Connect();
  void Disconnect();
  // How the call that ended did; `ended_` if it was the stream's end.
  absl::Status EndOfCall();
  // Waits before the next connection, or returns the stream's error.
  absl::Status Recover(const absl::Status& failure);
  // Less when cancelled.
  void WaitFor(absl::Duration wait);
  bool IsCancelled();
  absl::Duration StallTimeout() const;
  // The service is there: the next failure begins a new outage.
  void Progress();

  const std::unique_ptr<v1::AgentService::StubInterface> stub_;
  ConnectionPoll connection_;
  v1::StreamResponseRequest request_;
  const StreamOptions options_;

  ChunkOrder order_;
  ResponseText response_;
  std::unique_ptr<Outage> outage_;
  int incomplete_ = 0;    // in a row: what resuming did not heal
  bool reached_ = false;  // whether any batch ever came
  bool ended_ = false;
  absl::Status error_;  // final
  v1::ResponseBatch batch_;
  int next_in_batch_ = 0;

  Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  // Set and reset by the reading thread; Cancel() reaches it under mu_.
  std::unique_ptr<StreamCall> call_;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_SRC_STREAM_READER_H_
