// The connection to an AgentService.
#ifndef AGENT_CLIENT_CHANNEL_H_
#define AGENT_CLIENT_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

namespace agent::client {

// A channel that notices dead peers (keepalive), meets a restarted server
// quickly (short reconnection back-off), and takes large conversations.
// `target` is `host:port` or `unix:PATH`. Plain text unless `credentials` say
// otherwise. Does not connect yet. Share one channel among clients and streams.
std::shared_ptr<grpc::Channel> CreateChannel(
    const std::string& target,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials = nullptr);

}  // namespace agent::client

#endif  // AGENT_CLIENT_CHANNEL_H_
