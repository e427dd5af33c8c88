#include "service/agent_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "lib/base/logging.h"

namespace agent {
namespace {

constexpr char kServiceName[] = "agent.v1.AgentService";
// What gRPC may hold in its buffers, over all clients.
constexpr size_t kMemoryQuotaBytes = size_t{512} << 20;
// How long calls in progress may take once everything else has ended.
constexpr auto kShutdownGrace = std::chrono::seconds(1);
constexpr absl::Duration kMinClientPing = absl::Seconds(10);

// Room above the longest message, so that one that is somewhat too long is told
// which field it is; beyond, gRPC answers RESOURCE_EXHAUSTED unread.
int MaxReceiveBytes(int64_t max_message_bytes) {
  constexpr int64_t kSlack = 1 << 20;
  constexpr int64_t kMost = 256 << 20;
  return static_cast<int>(std::min(2 * max_message_bytes + kSlack, kMost));
}

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

void ConfigureKeepalive(const ServerOptions& options,
                        grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS,
                              Milliseconds(options.keepalive_time));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                              Milliseconds(options.keepalive_timeout));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Quiet streams are the normal case: pings must not stop on them.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // And clients may ping as well.
  builder->AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      Milliseconds(kMinClientPing));
}

bool IsUnix(const std::string& address) {
  return absl::StartsWith(address, "unix:");
}

// `listen` with the real port.
std::string BoundAddress(const std::string& listen, int port) {
  if (IsUnix(listen)) return listen;
  return listen.substr(0, listen.rfind(':') + 1) + std::to_string(port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<AgentServer>> AgentServer::Start(
    ServerOptions options, AgentApi* api, StreamRegistry* streams,
    TimerQueue* timers) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  std::unique_ptr<AgentServer> server(
      new AgentServer(std::move(options), api, streams, timers));
  if (auto status = server->Listen(); !status.ok()) return status;
  return server;
}

AgentServer::AgentServer(ServerOptions options, AgentApi* api,
                         StreamRegistry* streams, TimerQueue* timers)
    : options_(std::move(options)),
      api_(api),
      streams_(streams),
      service_(api, streams, timers) {}

AgentServer::~AgentServer() {
  if (server_ == nullptr) return;
  Drain(absl::ZeroDuration());
  ping_.reset();
  server_->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
  server_->Wait();
}

absl::Status AgentServer::Listen() {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(options_.listen, grpc::InsecureServerCredentials(),
                           &port);
  // Two servers on one port would each see some of the clients.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  ConfigureKeepalive(options_, &builder);
  builder.SetMaxReceiveMessageSize(MaxReceiveBytes(options_.max_message_bytes));
  grpc::ResourceQuota quota("agent-service");
  builder.SetResourceQuota(quota.Resize(kMemoryQuotaBytes));
  builder.RegisterService(&service_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    return absl::UnavailableError("cannot listen on " + options_.listen +
                                  ": is it in use?");
  }
  address_ = BoundAddress(options_.listen, port);
  ping_ = std::make_unique<IdlePing>(server_->InProcessChannel({}));
  SetServing(false);
  return absl::OkStatus();
}

void AgentServer::SetServing(bool serving) {
  MutexLock lock(&mu_);
  if (draining_) return;
  auto* health = server_->GetHealthCheckService();
  health->SetServingStatus("", serving);
  health->SetServingStatus(kServiceName, serving);
}

void AgentServer::BeginDrain() {
  SetServing(false);
  MutexLock lock(&mu_);
  draining_ = true;
  api_->BeginDrain();
}

void AgentServer::Drain(absl::Duration patience) {
  BeginDrain();
  streams_->Drain(patience);
}

}  // namespace agent
