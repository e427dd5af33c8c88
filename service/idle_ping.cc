#include "service/idle_ping.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <utility>

#include "grpc/health/v1/health.grpc.pb.h"

namespace agent {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(400);  // must be < 1 s
constexpr auto kDeadline = std::chrono::seconds(1);

}  // namespace

IdlePing::IdlePing(std::shared_ptr<grpc::Channel> channel)
    : channel_(std::move(channel)), thread_([this] { Loop(); }) {}

IdlePing::~IdlePing() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    stopped_.NotifyAll();
  }
  thread_.join();
}

void IdlePing::Loop() {
  const auto stub = grpc::health::v1::Health::NewStub(channel_);
  auto next = std::chrono::steady_clock::now();
  MutexLock lock(&mu_);
  while (!stopping_) {
    mu_.Unlock();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    grpc::health::v1::HealthCheckResponse response;
    // Whatever it answers, it woke a thread.
    (void)stub->Check(&context, {}, &response);
    next = std::chrono::steady_clock::now() + kInterval;
    mu_.Lock();
    while (!stopping_ && stopped_.WaitUntil(&mu_, next)) {
    }
  }
}

}  // namespace agent
