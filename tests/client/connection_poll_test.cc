// A connection is made while a client waits before its next call.
#include "client/src/connection_poll.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>

#include "agent/client/channel.h"
#include "tests/client/scripted_service.h"
#include "tests/testing/eventually.h"

namespace agent::client {
namespace {

TEST(ConnectionPollTest, MeetsAServerThatIsBackThoughNoCallIsMade) {
  testing::ScriptedService service;
  service.Stop();
  const auto channel = CreateChannel(service.address());
  ConnectionPoll connection(channel);
  const auto reaches = [&](grpc_connectivity_state state) {
    return agent::testing::Eventually([&] {
      connection.Poll(std::chrono::milliseconds(20));
      return channel->GetState(/*try_to_connect=*/false) == state;
    });
  };
  ASSERT_TRUE(reaches(GRPC_CHANNEL_TRANSIENT_FAILURE));
  service.Start();
  EXPECT_TRUE(reaches(GRPC_CHANNEL_READY));
}

}  // namespace
}  // namespace agent::client
