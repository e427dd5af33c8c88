// AgentService for C++ programs: one method per call, typed errors, retries
// where they are safe.
#ifndef AGENT_CLIENT_AGENT_CLIENT_H_
#define AGENT_CLIENT_AGENT_CLIENT_H_

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/client/channel.h"
#include "agent/client/resumable_stream.h"
#include "agent/client/retry_policy.h"
#include "agent/v1/agent_service.grpc.pb.h"

namespace agent::client {

// Every call blocks, at most for kCallDeadline an attempt and the policy's time
// in all. Calls that may be repeated are, while the service is UNAVAILABLE or
// does not answer: all but DeleteConversation.
//
// Errors: the service's status with its reason (agent/client/errors.h).
// Threads: thread-safe. Lifetime: streams outlive the client that made them.
//
//   AgentClient client(CreateChannel("localhost:50051"));
//   v1::RunAgentRequest request;
//   request.set_agent("TravelPlanner");
//   request.set_message("Plan three days in Tokyo");
//   absl::StatusOr<v1::RunAgentResponse> run = client.RunAgent(request);
//   if (!run.ok()) return run.status();
//   auto stream = client.StreamRun(run->conversation_id(), run->run_id());
class AgentClient {
 public:
  static constexpr std::chrono::milliseconds kCallDeadline =
      std::chrono::seconds(10);

  explicit AgentClient(std::shared_ptr<grpc::ChannelInterface> channel,
                       RetryPolicy policy = QuickRetryPolicy());

  // Gives the request a request_id if it has none, so that repeating it after
  // a lost answer starts nothing twice.
  absl::StatusOr<v1::RunAgentResponse> RunAgent(
      v1::RunAgentRequest request) const;

  absl::StatusOr<v1::Run> GetRun(const v1::GetRunRequest& request) const;
  absl::StatusOr<v1::ListRunsResponse> ListRuns(
      const v1::ListRunsRequest& request) const;
  absl::StatusOr<v1::Run> CancelRun(const v1::CancelRunRequest& request) const;
  absl::StatusOr<v1::Conversation> GetConversation(
      const v1::GetConversationRequest& request) const;
  absl::StatusOr<v1::ListConversationsResponse> ListConversations(
      const v1::ListConversationsRequest& request) const;
  absl::Status DeleteConversation(
      const v1::DeleteConversationRequest& request) const;
  absl::StatusOr<v1::ListAgentsResponse> ListAgents() const;

  std::unique_ptr<ResumableStream> StreamResponse(
      v1::StreamResponseRequest request, StreamOptions options = {}) const;
  // One run from its first chunk to its last.
  std::unique_ptr<ResumableStream> StreamRun(const std::string& conversation_id,
                                             const std::string& run_id,
                                             StreamOptions options = {}) const;

 private:
  std::shared_ptr<grpc::ChannelInterface> channel_;
  std::shared_ptr<v1::AgentService::StubInterface> stub_;
  RetryPolicy policy_;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_AGENT_CLIENT_H_
