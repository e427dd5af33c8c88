#include "tests/bench/bare_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "agent/v1/agent_service.grpc.pb.h"
#include "tests/bench/load_plan.h"

namespace agent::bench {
namespace {

grpc::ByteBuffer Serialized(const google::protobuf::Message& message) {
  return grpc::ByteBuffer(
      std::make_unique<grpc::Slice>(message.SerializeAsString()).get(), 1);
}

// As the service's own chunks look, so that both write as many bytes.
grpc::ByteBuffer SampleBatch(const LoadPlan& plan, int64_t chunks) {
  v1::ResponseBatch batch;
  for (int64_t i = 0; i < chunks; ++i) {
    v1::ResponseChunk* chunk = batch.add_chunks();
    chunk->set_cursor("1734649123456-" + std::to_string(1001 + i * 1000));
    chunk->set_run_id("0123456789abcdef0123456789abcdef");
    chunk->set_sequence(i);
    chunk->set_attempt(1);
    chunk->mutable_create_time()->set_seconds(1734649123);
    chunk->set_text(StampedText(MonotonicNs(), plan.bytes));
  }
  batch.set_cursor(batch.chunks_size() == 0
                       ? "0-0"
                       : batch.chunks(batch.chunks_size() - 1).cursor());
  return Serialized(batch);
}

// Writes the same message again and again; idle without chunks. With `redis`
// after one round trip, which a client must not cancel.
class FloodReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  FloodReactor(const LoadPlan& plan, int64_t per_message, RedisClient* redis)
      : message_(SampleBatch(plan, per_message)),
        idle_(plan.chunks == 0),
        left_((plan.chunks + per_message - 1) / per_message) {
    StartSendInitialMetadata();
    if (idle_) return;
    if (redis == nullptr) {
      Advance();
    } else {
      redis->Send({"PING"},
                  [this](const absl::StatusOr<Reply>&) { Advance(); });
    }
  }

 private:
  void OnWriteDone(bool ok) override {
    if (ok) return Advance();
    FinishOnce(grpc::Status::CANCELLED);
  }
  void OnCancel() override { FinishOnce(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

  void Advance() {
    if (left_-- > 0) return StartWrite(&message_);
    FinishOnce(grpc::Status::OK);
  }

  // A write that fails and a cancellation may come at once.
  void FinishOnce(const grpc::Status& status) {
    std::call_once(finished_, [&] { Finish(status); });
  }

  const grpc::ByteBuffer message_;
  const bool idle_;
  int64_t left_;
  std::once_flag finished_;
};

}  // namespace

class BareServer::Service final
    : public v1::AgentService::WithRawCallbackMethod_StreamResponse<
          v1::AgentService::WithCallbackMethod_RunAgent<
              v1::AgentService::Service>> {
 public:
  explicit Service(RedisClient* redis) : redis_(redis) {}

 private:
  using Context = grpc::CallbackServerContext;

  grpc::ServerUnaryReactor* RunAgent(Context* context,
                                     const v1::RunAgentRequest* request,
                                     v1::RunAgentResponse* reply) override {
    reply->set_conversation_id(request->conversation_id());
    auto* reactor = context->DefaultReactor();
    RoundTrips(std::atoi(request->message().c_str()), reactor);
    return reactor;
  }

  void RoundTrips(int left, grpc::ServerUnaryReactor* reactor) {
    if (left <= 0) return reactor->Finish(grpc::Status::OK);
    redis_->Send({"PING"}, [this, left, reactor](absl::StatusOr<Reply> reply) {
      if (!reply.ok()) return reactor->Finish(grpc::Status::CANCELLED);
      RoundTrips(left - 1, reactor);
    });
  }

  grpc::ServerWriteReactor<grpc::ByteBuffer>* StreamResponse(
      Context*, const grpc::ByteBuffer* bytes) override {
    grpc::Slice slice;
    (void)bytes->DumpToSingleSlice(&slice);
    v1::StreamResponseRequest request;
    request.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
    const auto plan = LoadPlan::Parse(request.conversation_id());
    const int64_t per_message =
        std::max<int64_t>(1, std::atoll(request.cursor().c_str()));
    return new FloodReactor(plan.ok() ? *plan : LoadPlan{}, per_message,
                            request.run_id().empty() ? nullptr : redis_);
  }

  RedisClient* const redis_;
};

BareServer::BareServer() = default;

BareServer::~BareServer() {
  idle_ping_.reset();
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

absl::StatusOr<std::unique_ptr<BareServer>> BareServer::Start(
    RedisClient* redis) {
  grpc::EnableDefaultHealthCheckService(true);
  std::unique_ptr<BareServer> bare(new BareServer());
  bare->service_ = std::make_unique<Service>(redis);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(bare->service_.get());
  bare->server_ = builder.BuildAndStart();
  if (bare->server_ == nullptr) return absl::UnavailableError("cannot listen");
  bare->address_ = "127.0.0.1:" + std::to_string(port);
  bare->idle_ping_ =
      std::make_unique<IdlePing>(bare->server_->InProcessChannel({}));
  return bare;
}

}  // namespace agent::bench
