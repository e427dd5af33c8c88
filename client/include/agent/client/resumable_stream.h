// Reads a run, or a conversation, to its end, whatever happens to connections
// and servers on the way.
#ifndef AGENT_CLIENT_RESUMABLE_STREAM_H_
#define AGENT_CLIENT_RESUMABLE_STREAM_H_

#include <grpcpp/channel.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/client/errors.h"
#include "agent/client/response_text.h"
#include "agent/client/retry_policy.h"
#include "agent/v1/agent_service.pb.h"

namespace agent::client {

struct StreamOptions {
  // Until the first batch; then `retry`.
  RetryPolicy first_retry;
  RetryPolicy retry;
  // The service is asked for a sign of life this often (at least 1 s), unless
  // the request says otherwise.
  std::chrono::milliseconds heartbeat_interval = std::chrono::seconds(10);
  // After how many intervals without any the connection is taken for dead.
  int missed_heartbeats_max = 3;
  // Told before each wait, on the thread that is in Next().
  std::function<void(const absl::Status& why, std::chrono::milliseconds wait)>
      on_retry;
};

// Delivers every chunk once and in order: it reconnects by itself, resumes at
// the last cursor, drops repetitions, and takes no cut for an end. The end of a
// completed run is proven by its length and SHA-256, if the stream saw the run
// from its beginning.
//
// Errors: see StreamErrorOf(). Any error but a cancellation is final. One limit
// of trust: if the request's own cursor is already the end, the service's word
// is taken for it.
// Limits: holds one batch and the text of one run.
// Threads: thread-compatible, but for Cancel().
//
//   ResumableStream stream(channel, request);
//   for (;;) {
//     absl::StatusOr<std::optional<v1::ResponseChunk>> chunk = stream.Next();
//     if (!chunk.ok()) return chunk.status();
//     if (!chunk->has_value()) break;  // the end
//     Show(stream.response().text());
//   }
class ResumableStream {
 public:
  ResumableStream(const std::shared_ptr<grpc::ChannelInterface>& channel,
                  v1::StreamResponseRequest request,
                  StreamOptions options = {});
  // Leaves; the run goes on. Next() must have returned.
  ~ResumableStream();
  ResumableStream(const ResumableStream&) = delete;
  ResumableStream& operator=(const ResumableStream&) = delete;

  // Blocks until there is a chunk and returns it; nothing at the end: after the
  // terminal chunk, or never if the request follows. The chunk of a failed run
  // is a chunk, not an error.
  absl::StatusOr<std::optional<v1::ResponseChunk>> Next();

  // From any thread, at any time: makes Next() return CANCELLED soon.
  void Cancel();
  // After Next() returned CANCELLED: the next Next() goes on where it was.
  void Resume();

  // The position after the last chunk that Next() returned: with it a later
  // stream, in this process or another, goes on.
  const std::string& cursor() const;
  // The text of the run being read, as it stands.
  const ResponseText& response() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_RESUMABLE_STREAM_H_
