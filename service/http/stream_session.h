// One stream over HTTP: a thin pump from a LogReader to a client.
//
//   read a batch -> write it -> when the kernel has all of it, read the next
//
// While a client is slow, chunks gather in the log, not here. The head of the
// reply waits until the store has said that the stream can be had: until then
// an error has a status of its own.
#ifndef AGENT_SERVICE_HTTP_STREAM_SESSION_H_
#define AGENT_SERVICE_HTTP_STREAM_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/log/log_reader.h"
#include "service/http/chunk_writer.h"
#include "service/http/http_exchange.h"
#include "service/http/http_loop.h"
#include "service/stream_registry.h"

namespace agent {

// Loop thread only, but for Drain. Its exchange holds it until that is over;
// everyone else holds it weakly.
class StreamSession final : public OpenStream,
                            public std::enable_shared_from_this<StreamSession> {
 public:
  struct Options {
    StreamRegistry* registry = nullptr;  // outlives the exchange
    std::unique_ptr<ChunkWriter> writer;
    bool follow = false;
    // The client's own cursor.
    std::string cursor;
    absl::Duration keep_alive = absl::Seconds(15);
    // After how long without news the first look is whether there will be some.
    absl::Duration first_look = absl::Milliseconds(100);
  };

  // Takes its place among the open streams; RESOURCE_EXHAUSTED or UNAVAILABLE
  // if there is none, which is left to be told (RefuseStream).
  static absl::StatusOr<std::shared_ptr<StreamSession>> Create(
      std::shared_ptr<HttpExchange> exchange, Options options);

  // Once: begins to stream, or answers with the reader's error.
  void Start(absl::StatusOr<std::shared_ptr<LogReader>> reader);

  void Drain() override;
  bool endless() const override { return options_.follow; }

 private:
  StreamSession(std::shared_ptr<HttpExchange> exchange, Options options);

  void Read();
  void OnBatch(const absl::StatusOr<ReadBatch>& batch);
  void Begin();
  void Send(const std::string& bytes, bool ended);
  void Fail(const absl::Status& status);
  void LookWhetherItWaits();
  void OnSilence();
  void OnGone();
  bool IsHead() const { return exchange_->request().method == "HEAD"; }

  const std::shared_ptr<HttpExchange> exchange_;
  const Options options_;
  uint64_t ticket_ = 0;
  std::shared_ptr<LogReader> reader_;
  std::string cursor_;  // everything up to it was written
  bool begun_ = false;  // the head is out
  bool over_ = false;   // nothing more will be written
  bool writing_ = false;
  bool waits_ = false;  // the last look saw that it stands and waits
  absl::Duration look_after_;
  SteadyTime last_write_;
  std::unique_ptr<LoopTimer> look_;
  std::unique_ptr<LoopTimer> silence_;
};

// Where a stream cannot be had. A browser's EventSource gives up for good on
// any status but 200: where the client would have events, what passes is told
// as an empty stream that is to be tried again.
void RefuseStream(const absl::Status& status, HttpExchange* exchange);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_STREAM_SESSION_H_
