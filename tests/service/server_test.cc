// What surrounds the API: health, reflection, limits, roles, the drain, and a
// Redis that goes away.
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/service/reflection_client.h"
#include "tests/service/service_test.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

using ::testing::IsSupersetOf;
using HealthStatus = grpc::health::v1::HealthCheckResponse;

class Server : public ServiceTest {
 protected:
  HealthStatus::ServingStatus Health(const std::string& service) {
    const auto stub = grpc::health::v1::Health::NewStub(channel_);
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    HealthStatus response;
    if (!stub->Check(&context, request, &response).ok()) {
      return HealthStatus::SERVICE_UNKNOWN;
    }
    return response.status();
  }
  bool AwaitHealth(HealthStatus::ServingStatus status) {
    return Eventually([&] { return Health("") == status; });
  }
};

TEST_F(Server, HealthIsToldForTheServerAndTheService) {
  EXPECT_EQ(Health(""), HealthStatus::SERVING);
  EXPECT_EQ(Health("agent.v1.AgentService"), HealthStatus::SERVING);
  EXPECT_EQ(Health("other"), HealthStatus::SERVICE_UNKNOWN);
}

TEST_F(Server, ItIsNotServingWhileRedisIsAway) {
  redis_.Kill();
  EXPECT_TRUE(AwaitHealth(HealthStatus::NOT_SERVING));
  redis_.Restart();
  EXPECT_TRUE(AwaitHealth(HealthStatus::SERVING));
}

TEST_F(Server, ReflectionListsAndDescribesTheServices) {
  ReflectionClient reflection(channel_);
  EXPECT_THAT(reflection.ListServices(),
              IsSupersetOf({"agent.v1.AgentService", "grpc.health.v1.Health",
                            "grpc.reflection.v1alpha.ServerReflection"}));
  EXPECT_EQ(reflection.FileOf("agent.v1.AgentService"),
            "agent/v1/agent_service.proto");
  // Without its descriptor in the program grpcurl cannot ask for health.
  EXPECT_EQ(reflection.FileOf("grpc.health.v1.Health"),
            "grpc/health/v1/health.proto");
}

TEST_F(Server, WhileRedisIsAwayRunsAreRefusedAsUnavailable) {
  Run("hi");
  redis_.Kill();
  v1::RunAgentRequest request;
  request.set_agent("Script");
  request.set_message("hi");
  const grpc::Status status = TryRun(request).status;
  EXPECT_THAT(status,
              FailsWith(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
  EXPECT_TRUE(ReadRichError(status).retry_after.has_value());
  redis_.Restart();  // so that the end need not wait for it
}

TEST_F(Server, AnOpenStreamOutlivesARedisThatComesBack) {
  Settings settings = TestSettings();
  redis_.options().append_only = true;
  redis_.Restart();
  Start(settings);
  const auto run = Run("a|!hold|b");
  auto call = Open(RequestFor(run));
  const Chunks begun =
      call->ReadUntil([](const auto& chunk) { return IsText(chunk, "a"); });
  redis_.Kill();
  redis_.Restart();
  script_->Release();
  const Streamed rest = call->ReadToEnd();
  EXPECT_THAT(rest.status, Succeeds());
  EXPECT_EQ(TextOf(begun) + TextOf(rest.chunks), "ab");
}

TEST_F(Server, AStreamIsHeldOnlySoLongWhileRedisIsAway) {
  Settings settings = TestSettings();
  settings.store_outage_hold = absl::Milliseconds(300);
  Start(settings);
  auto call = Open(RequestFor(Run("a|!hold")));
  const Chunks begun =
      call->ReadUntil([](const auto& chunk) { return IsText(chunk, "a"); });
  redis_.Kill();
  const auto error = ReadRichError(call->ReadToEnd().status);
  EXPECT_EQ(error.reason, "STORE_UNAVAILABLE");
  EXPECT_EQ(error.metadata.at("cursor"), begun.back().cursor());
  redis_.Restart();  // so that the end need not wait for it
}

TEST_F(Server, OpenStreamsAreBounded) {
  Settings settings = TestSettings();
  settings.max_streams = 1;
  Start(settings);
  const auto run = Run("a|!hold");
  auto first = Open(RequestFor(run));
  first->ReadUntil([](const auto& chunk) { return IsText(chunk, "a"); });
  EXPECT_THAT(Read(run).status,
              FailsWith(grpc::StatusCode::RESOURCE_EXHAUSTED, "STREAM_LIMIT"));
  script_->Release();
  EXPECT_THAT(first->ReadToEnd().status, Succeeds());
}

TEST_F(Server, ADrainLetsRunsAndTheirStreamsEnd) {
  auto call = Open(RequestFor(Run("a|!hold|b")));
  ASSERT_TRUE(AwaitHolding());
  std::thread drain([&] { process_->Drain(); });
  EXPECT_TRUE(AwaitHealth(HealthStatus::NOT_SERVING));
  v1::RunAgentRequest request;
  request.set_agent("Script");
  request.set_message("hi");
  EXPECT_THAT(TryRun(request).status,
              FailsWith(grpc::StatusCode::UNAVAILABLE, "DRAINING"));
  script_->Release();
  const Streamed answer = call->ReadToEnd();
  EXPECT_THAT(answer.status, Succeeds());
  EXPECT_EQ(TextOf(answer.chunks), "ab");
  drain.join();
}

TEST_F(Server, RefusesWhatComesAfterADrainUntilItsProcessExits) {
  const auto run = Run("a");
  EXPECT_THAT(Read(run).status, Succeeds());
  process_->Drain();
  v1::RunAgentRequest request;
  request.set_agent("Script");
  request.set_message("hi");
  const auto refused = FailsWith(grpc::StatusCode::UNAVAILABLE, "DRAINING");
  EXPECT_THAT(TryRun(request).status, refused);
  EXPECT_THAT(Read(run).status, refused);
}

TEST_F(Server, WhatDoesNotEndInTimeIsHandedOver) {
  Settings settings = TestSettings();
  settings.drain_timeout = absl::Milliseconds(400);
  settings.limits.lease = absl::Minutes(1);
  Start(settings);
  const auto run = Run("a|!hold|b");
  auto call = Open(RequestFor(run));
  const Chunks begun =
      call->ReadUntil([](const auto& chunk) { return IsText(chunk, "a"); });
  process_->Drain();
  const auto error = ReadRichError(call->ReadToEnd().status);
  EXPECT_EQ(error.reason, "DRAINING");
  EXPECT_EQ(error.metadata.at("cursor"), begun.back().cursor());
  script_->Release();
  Start(TestSettings());  // takes it over long before the lease has ended
  const Streamed answer = Read(run);
  EXPECT_THAT(answer.status, Succeeds());
  EXPECT_EQ(KindsOf(answer.chunks), "attempt text attempt text text completed");
  EXPECT_EQ(GetRun(run).attempt(), 2);
}

TEST_F(Server, ADrainDoesNotWaitForAnAgentThatDoesNotStop) {
  Settings settings = TestSettings();
  settings.drain_timeout = absl::Milliseconds(400);
  Start(settings);
  Run("!hang");
  ASSERT_TRUE(AwaitHolding());
  std::atomic<bool> drained{false};
  std::thread drain([&] {
    process_->Drain();
    drained = true;
  });
  EXPECT_TRUE(Eventually([&] { return drained.load(); }));
  script_->Release();
  drain.join();
}

TEST_F(Server, AGatewayServesWhatAWorkerElsewhereExecutes) {
  Settings settings = TestSettings();
  settings.role = ServiceRole::kWorker;
  auto worker = ServiceProcess::Start(settings, {script_});
  ASSERT_OK(worker);
  EXPECT_EQ((*worker)->address(), "");
  process_.reset();
  settings.role = ServiceRole::kGateway;
  auto gateway = ServiceProcess::Start(settings, {});
  ASSERT_OK(gateway);
  stub_ = v1::AgentService::NewStub(grpc::CreateChannel(
      (*gateway)->address(), grpc::InsecureChannelCredentials()));
  const Streamed answer = Read(Run("far|!tool|away"));
  EXPECT_THAT(answer.status, Succeeds());
  EXPECT_EQ(TextOf(answer.chunks), "faraway");
}

TEST_F(Server, ATakenPortIsRefusedInsteadOfShared) {
  Settings settings = TestSettings();
  settings.grpc_listen = process_->address();
  const auto second = ServiceProcess::Start(settings, {script_});
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(Server, AUnixSocketIsServedToo) {
  Settings settings = TestSettings();
  settings.grpc_listen = "unix:" + redis_.dir() + "/agent.sock";
  Start(settings);
  EXPECT_EQ(process_->address(), settings.grpc_listen);
  EXPECT_EQ(TextOf(Read(Run("hi")).chunks), "hi");
}

}  // namespace
}  // namespace agent::testing
