#include "examples/embedded_runtime.h"

#include <utility>

#include "lib/base/callback.h"
#include "lib/base/digest.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "lib/log/log_reader.h"
#include "lib/redis/redis_options.h"

namespace agent {

absl::StatusOr<std::unique_ptr<EmbeddedRuntime>> EmbeddedRuntime::Start(
    std::string_view redis, const std::string& data_dir,
    std::vector<std::shared_ptr<Agent>> agents,
    AgentResponseCallback* callback) {
  std::unique_ptr<EmbeddedRuntime> runtime(new EmbeddedRuntime());
  RedisOptions options;
  options.client_name = "embedded-runtime";
  if (redis.empty()) {
    ASSIGN_OR_RETURN(runtime->redis_, EmbeddedRedis::Start(data_dir));
    options.address = runtime->redis_->address();
  } else {
    ASSIGN_OR_RETURN(options.address, ParseRedisAddress(redis));
  }
  ASSIGN_OR_RETURN(runtime->store_,
                   RedisStore::Open(options, runtime->limits_));
  runtime->hub_ =
      TailHub::Create(&runtime->store_->log(), &runtime->store_->wakes(),
                      &runtime->timers_, TailLimits());

  WorkerOptions worker;
  worker.worker_id = RandomId();
  worker.limits = runtime->limits_;
  WorkerServices services;
  services.runs = &runtime->store_->runs();
  services.work = &runtime->store_->work();
  services.directory = &runtime->store_->agents();
  services.timers = &runtime->timers_;
  services.callback = callback;
  // What is stored reaches this process's readers without another trip.
  services.on_stored = [hub = runtime->hub_.get()](
                           std::string_view conversation_id,
                           std::vector<ChunkPtr> chunks) {
    hub->OnStored(conversation_id, std::move(chunks));
  };
  // And a cancellation reaches the run without waiting for a heartbeat.
  services.watch = [hub = runtime->hub_.get()](std::string_view conversation_id,
                                               std::function<void()> look) {
    return hub->WatchRecord(conversation_id, std::move(look));
  };
  runtime->worker_ =
      Worker::Start(std::move(worker), std::move(services), std::move(agents));
  return runtime;
}

absl::StatusOr<std::string> EmbeddedRuntime::Send(
    const std::string& conversation_id, const std::string& agent_name,
    const std::string& message) {
  AdmitRequest request;
  request.conversation.conversation_id = conversation_id;
  request.agent = agent_name;
  request.run_id = RandomId();
  request.request_hash = Sha256Hex(agent_name + '\n' + message);
  request.message = message;
  request.options.timeout = limits_.run_timeout;
  ASSIGN_OR_RETURN(const Admission admission,
                   Await<Admission>([&](Callback<Admission> done) {
                     store_->runs().Admit(std::move(request), std::move(done));
                   }));
  return admission.run_id;
}

absl::Status EmbeddedRuntime::Read(
    const std::string& conversation_id, const std::string& run_id,
    const std::function<void(const Chunk&)>& sink) {
  ReadRequest request;
  request.conversation.conversation_id = conversation_id;
  request.run_id = run_id;
  const std::shared_ptr<LogReader> reader = LogReader::Create(
      hub_.get(), &timers_, std::move(request), ReaderOptions());
  while (true) {
    ASSIGN_OR_RETURN(const ReadBatch batch,
                     Await<ReadBatch>([&](Callback<ReadBatch> done) {
                       reader->Next(std::move(done));
                     }));
    for (const ChunkPtr& chunk : batch.chunks) sink(*chunk);
    if (batch.ended) return absl::OkStatus();
  }
}

}  // namespace agent
