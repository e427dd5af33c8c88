#include "tests/chaos/history/calls.h"

#include <algorithm>
#include <chrono>

#include "agent/client/channel.h"
#include "agent/client/errors.h"
#include "tests/chaos/history/proto_reading.h"

namespace agent::chaos {
namespace {

constexpr int kPageSize = 1000;

Outcome EndOf(const grpc::Status& status) {
  return OutcomeOf(client::FromGrpcStatus(status));
}

void Limit(grpc::ClientContext* context, absl::Duration timeout) {
  context->set_deadline(std::chrono::system_clock::now() +
                        absl::ToChronoMilliseconds(timeout));
}

}  // namespace

Calls::Calls(const std::vector<std::string>& addresses, absl::Duration timeout,
             History* history)
    : timeout_(timeout), history_(history) {
  for (const std::string& address : addresses) {
    channels_.push_back(client::CreateChannel(address));
    stubs_.push_back(v1::AgentService::NewStub(channels_.back()));
  }
}

Submit Calls::RunAgent(int node, const Request& request) const {
  grpc::ClientContext context;
  Limit(&context, timeout_);
  v1::RunAgentRequest message;
  message.set_agent(request.agent);
  message.set_message(request.message);
  message.set_conversation_id(request.conversation);
  message.set_request_id(request.request_id);
  v1::RunAgentResponse answer;
  Submit submit;
  submit.sent = history_->Now();
  submit.outcome = EndOf(stub(node).RunAgent(&context, message, &answer));
  submit.node = node;
  submit.request_id = request.request_id;
  submit.conversation = request.conversation;
  submit.agent = request.agent;
  submit.message = request.message;
  if (submit.outcome.ok()) {
    submit.answered_conversation = answer.conversation_id();
    submit.run = answer.run_id();
    submit.cursor = StreamId::Parse(answer.cursor()).value_or(StreamId{});
    submit.accept_time_ms = MillisOf(answer.accept_time());
  }
  history_->Add(submit);
  return submit;
}

Cancel Calls::CancelRun(int node, const std::string& conversation,
                        const std::string& run) const {
  grpc::ClientContext context;
  Limit(&context, timeout_);
  v1::CancelRunRequest request;
  request.set_conversation_id(conversation);
  request.set_run_id(run);
  v1::Run answer;
  Cancel cancel;
  cancel.sent = history_->Now();
  cancel.outcome = EndOf(stub(node).CancelRun(&context, request, &answer));
  cancel.node = node;
  cancel.conversation = conversation;
  cancel.run = run;
  cancel.state = RunOf(answer).state;
  history_->Add(cancel);
  return cancel;
}

Delete Calls::DeleteConversation(int node,
                                 const std::string& conversation) const {
  grpc::ClientContext context;
  Limit(&context, timeout_);
  v1::DeleteConversationRequest request;
  request.set_conversation_id(conversation);
  request.set_force(true);
  v1::DeleteConversationResponse answer;
  Delete deletion;
  deletion.sent = history_->Now();
  deletion.outcome =
      EndOf(stub(node).DeleteConversation(&context, request, &answer));
  deletion.node = node;
  deletion.conversation = conversation;
  history_->Add(deletion);
  return deletion;
}

RunLook Calls::LookAtRun(int node, const std::string& conversation,
                         const std::string& run, bool final_look) const {
  grpc::ClientContext context;
  Limit(&context, timeout_);
  v1::GetRunRequest request;
  request.set_conversation_id(conversation);
  request.set_run_id(run);
  v1::Run answer;
  RunLook look;
  look.sent = history_->Now();
  look.outcome = EndOf(stub(node).GetRun(&context, request, &answer));
  look.node = node;
  look.conversation = conversation;
  look.run_id = run;
  look.final_look = final_look;
  look.run = RunOf(answer);
  history_->Add(look);
  return look;
}

ConversationLook Calls::LookAt(int node, const std::string& conversation,
                               bool final_look) const {
  grpc::ClientContext context;
  Limit(&context, timeout_);
  v1::GetConversationRequest request;
  request.set_conversation_id(conversation);
  v1::Conversation answer;
  ConversationLook look;
  look.sent = history_->Now();
  look.outcome = EndOf(stub(node).GetConversation(&context, request, &answer));
  look.node = node;
  look.conversation = conversation;
  look.final_look = final_look;
  look.state = ConversationOf(answer);
  if (look.outcome.ok()) {
    look.runs = ListRuns(node, conversation, &look.outcome);
  }
  history_->Add(look);
  return look;
}

std::vector<std::string> Calls::ListRuns(int node,
                                         const std::string& conversation,
                                         Outcome* outcome) const {
  grpc::ClientContext context;
  Limit(&context, timeout_);
  v1::ListRunsRequest request;
  request.set_conversation_id(conversation);
  request.set_page_size(kPageSize);
  v1::ListRunsResponse answer;
  *outcome = EndOf(stub(node).ListRuns(&context, request, &answer));
  std::vector<std::string> runs;
  for (const v1::Run& run : answer.runs()) runs.push_back(run.run_id());
  std::reverse(runs.begin(), runs.end());
  return runs;
}

}  // namespace agent::chaos
