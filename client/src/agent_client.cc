#include "agent/client/agent_client.h"

#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "agent/client/errors.h"
#include "client/src/connection_poll.h"
#include "client/src/retry.h"
#include "lib/base/random.h"

namespace agent::client {
namespace {

using Stub = v1::AgentService::StubInterface;

template <typename Request, typename Response>
using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&,
                                      Response*);

template <typename Request, typename Response>
absl::StatusOr<Response> CallOnce(Stub* stub, Method<Request, Response> method,
                                  const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       AgentClient::kCallDeadline);
  Response response;
  const grpc::Status status = (stub->*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

bool MayRepeat(const absl::Status& status) {
  // Nobody here cancels: gRPC does it to calls that come to a server that is
  // being shut down.
  const bool cut = absl::IsCancelled(status) && ErrorReason(status).empty();
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || cut;
}

template <typename Request, typename Response>
absl::StatusOr<Response> Call(
    const std::shared_ptr<grpc::ChannelInterface>& channel, Stub* stub,
    const RetryPolicy& policy, Method<Request, Response> method,
    const Request& request) {
  Outage outage(policy);
  for (;;) {
    absl::StatusOr<Response> response = CallOnce(stub, method, request);
    if (response.ok() || !MayRepeat(response.status())) return response;
    const auto wait = outage.OnFailure(response.status(), absl::Now());
    if (!wait.has_value()) return response;
    ConnectionPoll(channel).PollFor(absl::ToChronoNanoseconds(*wait));
  }
}

}  // namespace

AgentClient::AgentClient(std::shared_ptr<grpc::ChannelInterface> channel,
                         RetryPolicy policy)
    : channel_(std::move(channel)),
      stub_(v1::AgentService::NewStub(channel_)),
      policy_(policy) {}

absl::StatusOr<v1::RunAgentResponse> AgentClient::RunAgent(
    v1::RunAgentRequest request) const {
  if (request.request_id().empty()) request.set_request_id(RandomId());
  return Call<v1::RunAgentRequest, v1::RunAgentResponse>(
      channel_, stub_.get(), policy_, &Stub::RunAgent, request);
}

absl::StatusOr<v1::Run> AgentClient::GetRun(
    const v1::GetRunRequest& request) const {
  return Call<v1::GetRunRequest, v1::Run>(channel_, stub_.get(), policy_,
                                          &Stub::GetRun, request);
}

absl::StatusOr<v1::ListRunsResponse> AgentClient::ListRuns(
    const v1::ListRunsRequest& request) const {
  return Call<v1::ListRunsRequest, v1::ListRunsResponse>(
      channel_, stub_.get(), policy_, &Stub::ListRuns, request);
}

absl::StatusOr<v1::Run> AgentClient::CancelRun(
    const v1::CancelRunRequest& request) const {
  return Call<v1::CancelRunRequest, v1::Run>(channel_, stub_.get(), policy_,
                                             &Stub::CancelRun, request);
}

absl::StatusOr<v1::Conversation> AgentClient::GetConversation(
    const v1::GetConversationRequest& request) const {
  return Call<v1::GetConversationRequest, v1::Conversation>(
      channel_, stub_.get(), policy_, &Stub::GetConversation, request);
}

absl::StatusOr<v1::ListConversationsResponse> AgentClient::ListConversations(
    const v1::ListConversationsRequest& request) const {
  return Call<v1::ListConversationsRequest, v1::ListConversationsResponse>(
      channel_, stub_.get(), policy_, &Stub::ListConversations, request);
}

absl::Status AgentClient::DeleteConversation(
    const v1::DeleteConversationRequest& request) const {
  // Not repeated: after a lost answer it would say NOT_FOUND.
  return CallOnce<v1::DeleteConversationRequest,
                  v1::DeleteConversationResponse>(
             stub_.get(), &Stub::DeleteConversation, request)
      .status();
}

absl::StatusOr<v1::ListAgentsResponse> AgentClient::ListAgents() const {
  return Call<v1::ListAgentsRequest, v1::ListAgentsResponse>(
      channel_, stub_.get(), policy_, &Stub::ListAgents,
      v1::ListAgentsRequest());
}

std::unique_ptr<ResumableStream> AgentClient::StreamResponse(
    v1::StreamResponseRequest request, StreamOptions options) const {
  return std::make_unique<ResumableStream>(channel_, std::move(request),
                                           std::move(options));
}

std::unique_ptr<ResumableStream> AgentClient::StreamRun(
    const std::string& conversation_id, const std::string& run_id,
    StreamOptions options) const {
  v1::StreamResponseRequest request;
  request.set_conversation_id(conversation_id);
  request.set_run_id(run_id);
  return StreamResponse(std::move(request), std::move(options));
}

}  // namespace agent::client
