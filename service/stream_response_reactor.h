// One StreamResponse call: a thin pump from a LogReader to a client.
//
//   read a batch -> write it -> when it is written, read the next
//
// While a client is slow, chunks gather in the log and its tail, not here; what
// is there by the time of the next read goes out as one message.
#ifndef AGENT_SERVICE_STREAM_RESPONSE_REACTOR_H_
#define AGENT_SERVICE_STREAM_RESPONSE_REACTOR_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/timer_queue.h"
#include "lib/log/log_reader.h"
#include "service/stream_registry.h"
#include "service/write_watch.h"

namespace agent {

// Threads: gRPC's reactions, the reader's and the timers' callbacks meet under
// `mu_`; the reader is called with no lock held. Nothing blocks.
// Lifetime: the RPC holds it from Start to OnDone; everyone else a weak_ptr.
class StreamResponseReactor final
    : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
      public OpenStream,
      public std::enable_shared_from_this<StreamResponseReactor> {
 public:
  struct Options {
    StreamRegistry* registry = nullptr;  // outlives the RPC, as do the timers
    TimerQueue* timers = nullptr;
    // Silence after which to send a batch without chunks; zero: never.
    absl::Duration heartbeat;
    bool follow = false;
    // The client's; what an end before the first chunk tells to resume at.
    std::string cursor;
    // A client that takes nothing for so long is told SLOW_READER; one that
    // does not take that either, for as long again, is cut.
    absl::Duration write_patience = absl::Minutes(5);
    grpc::CallbackServerContext* context = nullptr;  // lives until OnDone
  };

  // Begins to stream, or ends at once with the reader's error.
  static StreamResponseReactor* Start(
      absl::StatusOr<std::shared_ptr<LogReader>> reader, Options options);

  void Drain() override;
  bool endless() const override { return options_.follow; }

 private:
  // What remains to be done once the lock is released.
  enum class Next { kNothing, kRead, kLetGo };

  struct Outgoing {
    grpc::ByteBuffer message;
    std::string cursor;
  };

  StreamResponseReactor(std::shared_ptr<LogReader> reader, Options options);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void Begin();
  void OnBatch(absl::StatusOr<ReadBatch> batch);
  std::string StartCursor() const;
  void OnHeartbeatDue();
  void OnWriteOverdue();
  void ScheduleHeartbeat(absl::Duration delay);
  void Do(Next next);

  Next AdvanceLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WriteLocked(Outgoing outgoing) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The only way to the end of the call.
  Next FinishLocked(const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::shared_ptr<LogReader> reader_;  // null: refused
  const Options options_;
  std::optional<uint64_t> ticket_;               // set before Begin
  std::shared_ptr<StreamResponseReactor> self_;  // the RPC's reference
  std::shared_ptr<WriteWatch> watch_;            // set in Begin

  Mutex context_mu_;  // held while the call is cancelled
  grpc::CallbackServerContext* context_ ABSL_GUARDED_BY(context_mu_);

  Mutex mu_;
  bool read_in_flight_ ABSL_GUARDED_BY(mu_) = false;
  bool write_in_flight_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  // Read, and not yet handed to gRPC: waits for a heartbeat to be written.
  std::optional<Outgoing> waiting_ ABSL_GUARDED_BY(mu_);
  // How the call ends once everything before it is written.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mu_);
  std::string cursor_ ABSL_GUARDED_BY(mu_);  // everything up to it was read
  grpc::ByteBuffer message_ ABSL_GUARDED_BY(mu_);  // lives while it is written
  SteadyTime last_write_ ABSL_GUARDED_BY(mu_);
  TimerQueue::TimerId heartbeat_timer_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace agent

#endif  // AGENT_SERVICE_STREAM_RESPONSE_REACTOR_H_
