#include "service/http/run_reply.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "service/http/json_of_proto.h"

namespace agent {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kOk = 200;
constexpr int kAcceptedStatus = 202;
constexpr int kBadGateway = 502;
constexpr char kAcceptedText[] = "Agent request accepted";
constexpr char kRunningText[] = "Agent request is still running";

Json Body(const char* status, const std::string& response,
          const std::string& message, const v1::RunAgentResponse& accepted) {
  Json json;
  json["status"] = status;
  json["response"] = response;
  SetConversation(accepted.conversation_id(), &json);
  SetRun(accepted.run_id(), &json);
  json["cursor"] = accepted.cursor();
  json["message"] = message;
  return json;
}

}  // namespace

RunReply::RunReply(RunForm form, const v1::RunAgentRequest& request,
                   const v1::RunAgentResponse& accepted)
    : form_(form), message_(request.message()), accepted_(accepted) {}

HttpReply RunReply::Accepted() const {
  if (form_ == RunForm::kPlainText) {
    return TextReply(kAcceptedStatus, kAcceptedText);
  }
  return JsonReply(kAcceptedStatus,
                   Body("accepted", kAcceptedText, message_, accepted_));
}

HttpReply RunReply::Running() const {
  if (form_ == RunForm::kPlainText) {
    return TextReply(kAcceptedStatus, kRunningText);
  }
  return JsonReply(kAcceptedStatus,
                   Body("running", kRunningText, message_, accepted_));
}

HttpReply RunReply::Success(const v1::Run& run,
                            const v1::Conversation& conversation) const {
  std::string text = ResponseText(conversation, run.run_id());
  if (form_ == RunForm::kPlainText) return TextReply(kOk, std::move(text));
  Json json = Body("success", text, message_, accepted_);
  json["usage"] = JsonOfProto(run.usage());
  json["message_count"] = conversation.messages_size();
  return JsonReply(kOk, json);
}

HttpReply RunReply::Failed(const v1::Run& run) const {
  const bool cancelled = run.state() == v1::Run::CANCELLED;
  v1::RunFailed failure = run.failure();
  if (cancelled) {
    failure.set_reason("CANCELLED");
    failure.set_message("the run was cancelled");
  }
  if (form_ == RunForm::kPlainText) {
    return TextReply(kBadGateway, "[Error: " + failure.message() + "]\n");
  }
  Json json = Body(cancelled ? "cancelled" : "failed", "", message_, accepted_);
  json["error"] = JsonOfProto(failure);
  json["usage"] = JsonOfProto(run.usage());
  return JsonReply(kBadGateway, json);
}

std::string ResponseText(const v1::Conversation& conversation,
                         const std::string& run_id) {
  std::string text;
  for (const v1::Message& message : conversation.messages()) {
    if (message.role() == v1::Message::ASSISTANT &&
        message.run_id() == run_id) {
      text += message.text();
    }
  }
  return text;
}

}  // namespace agent
