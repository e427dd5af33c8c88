#include "agent/client/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

namespace agent::client {
namespace {

constexpr int kKeepaliveMs = 20 * 1000;
constexpr int kKeepaliveTimeoutMs = 10 * 1000;
constexpr int kReconnectInitialMs = 100;
constexpr int kReconnectMaxMs = 2 * 1000;
// Despite its name the time limit of one attempt to connect.
constexpr int kReconnectMinMs = 5 * 1000;
// A conversation comes whole: a thousand messages, some of them long.
constexpr int kReceiveBytesMax = 64 << 20;

}  // namespace

std::shared_ptr<grpc::Channel> CreateChannel(
    const std::string& target,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments args;
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  // The default stops pinging on quiet streams.
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectInitialMs);
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMinMs);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  args.SetMaxReceiveMessageSize(kReceiveBytesMax);
  return grpc::CreateCustomChannel(
      target,
      credentials != nullptr ? credentials : grpc::InsecureChannelCredentials(),
      args);
}

}  // namespace agent::client
