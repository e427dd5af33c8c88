#include "tests/chaos/node/original_service.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "lib/base/error.h"
#include "service/proto_conversion.h"
#include "service/request_identity.h"
#include "service/status_mapping.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(20);
constexpr char kNobody[] = "";

grpc::Status NoConversation() {
  return ToGrpcStatus(MakeError(absl::StatusCode::kNotFound,
                                "no such conversation",
                                {.reason = reason::kConversationNotFound,
                                 .metadata = {},
                                 .retry_after = std::nullopt}));
}

v1::Message ToMessage(v1::Message::Role role, std::string text,
                      const std::string& run_id) {
  v1::Message message;
  message.set_role(role);
  message.set_text(std::move(text));
  message.set_run_id(run_id);
  return message;
}

// One call of StreamResponse.
class Stream {
 public:
  Stream(OriginalStore* store, const v1::StreamResponseRequest& request,
         grpc::ServerWriter<v1::ResponseBatch>* writer)
      : store_(store),
        request_(request),
        writer_(writer),
        heartbeat_(FromProtoDuration(request.heartbeat_interval())) {
    cursor_ = StreamId::Parse(request.cursor()).value_or(StreamId{});
  }

  // Sends what there is. Nothing: go on.
  std::optional<grpc::Status> Step() {
    auto chunks = store_->Read(request_.conversation_id(), cursor_);
    if (!chunks.ok()) return ToGrpcStatus(chunks.status());
    if (chunks->empty()) return Idle();
    return Send(*chunks);
  }

 private:
  std::optional<grpc::Status> Send(const std::vector<Chunk>& chunks) {
    v1::ResponseBatch batch;
    bool done = false;
    for (const Chunk& chunk : chunks) {
      cursor_ = chunk.id;
      if (!request_.run_id().empty() && chunk.run_id != request_.run_id()) {
        continue;
      }
      ToProto(chunk, batch.add_chunks());
      done = chunk.IsTerminal() && !request_.follow();
      if (done) break;
    }
    return Write(std::move(batch), done);
  }

  // At a conversation's end there is nothing to wait for.
  std::optional<grpc::Status> Idle() {
    const auto open = store_->OpenRuns(request_.conversation_id());
    if (open.ok() && *open == 0 && !request_.follow()) {
      return grpc::Status::OK;
    }
    if (heartbeat_ > absl::ZeroDuration() &&
        absl::Now() - spoke_ > heartbeat_) {
      return Write({}, false);
    }
    absl::SleepFor(kLook);
    return std::nullopt;
  }

  std::optional<grpc::Status> Write(v1::ResponseBatch batch, bool done) {
    batch.set_cursor(CursorText(cursor_));
    spoke_ = absl::Now();
    if (!writer_->Write(batch) || done) return grpc::Status::OK;
    return std::nullopt;
  }

  OriginalStore* const store_;
  const v1::StreamResponseRequest& request_;
  grpc::ServerWriter<v1::ResponseBatch>* const writer_;
  const absl::Duration heartbeat_;
  StreamId cursor_;
  absl::Time spoke_ = absl::Now();
};

}  // namespace

OriginalService::OriginalService(OriginalStore* store,
                                 std::vector<std::shared_ptr<Agent>> agents)
    : store_(store), agents_(std::move(agents)) {}

grpc::Status OriginalService::RunAgent(Context* /*context*/,
                                       const v1::RunAgentRequest* request,
                                       v1::RunAgentResponse* response) {
  const RequestIdentity identity = IdentifyRequest(kNobody, *request);
  const auto cursor = store_->Accept({identity.run_id, identity.conversation_id,
                                      absl::AsciiStrToLower(request->agent()),
                                      request->message(), 0});
  if (!cursor.ok()) return ToGrpcStatus(cursor.status());
  response->set_conversation_id(identity.conversation_id);
  response->set_run_id(identity.run_id);
  response->set_cursor(cursor->ToString());
  *response->mutable_accept_time() =
      ToTimestamp(absl::ToUnixMillis(absl::Now()));
  return grpc::Status::OK;
}

grpc::Status OriginalService::StreamResponse(
    Context* context, const v1::StreamResponseRequest* request,
    grpc::ServerWriter<v1::ResponseBatch>* writer) {
  Stream stream(store_, *request, writer);
  while (!stopping_ && !context->IsCancelled()) {
    if (auto status = stream.Step(); status.has_value()) return *status;
  }
  return ToGrpcStatus(DrainingError());
}

grpc::Status OriginalService::GetRun(Context* /*context*/,
                                     const v1::GetRunRequest* request,
                                     v1::Run* response) {
  const auto run = store_->GetRun(request->run_id());
  if (!run.ok()) return ToGrpcStatus(run.status());
  ToProto(*run, run->agent, response);
  return grpc::Status::OK;
}

grpc::Status OriginalService::ListRuns(Context* /*context*/,
                                       const v1::ListRunsRequest* request,
                                       v1::ListRunsResponse* response) {
  const auto runs = store_->ListRuns(request->conversation_id());
  if (!runs.ok()) return ToGrpcStatus(runs.status());
  for (auto id = runs->rbegin(); id != runs->rend(); ++id) {
    const auto run = store_->GetRun(*id);
    if (!run.ok()) return ToGrpcStatus(run.status());
    ToProto(*run, run->agent, response->add_runs());
  }
  return grpc::Status::OK;
}

grpc::Status OriginalService::GetConversation(
    Context* /*context*/, const v1::GetConversationRequest* request,
    v1::Conversation* response) {
  const auto runs = store_->ListRuns(request->conversation_id());
  if (!runs.ok()) return ToGrpcStatus(runs.status());
  if (runs->empty()) return NoConversation();
  response->set_conversation_id(request->conversation_id());
  for (const std::string& id : *runs) {
    const auto run = store_->GetRun(id);
    const auto answer = store_->AnswerOf(id);
    if (!run.ok()) return ToGrpcStatus(run.status());
    if (!answer.ok()) return ToGrpcStatus(answer.status());
    response->set_agent(run->agent);
    *response->add_messages() = ToMessage(v1::Message::USER, run->message, id);
    if (run->state == RunState::kCompleted) {
      *response->add_messages() =
          ToMessage(v1::Message::ASSISTANT, *answer, id);
    }
  }
  return grpc::Status::OK;
}

grpc::Status OriginalService::ListAgents(
    Context* /*context*/, const v1::ListAgentsRequest* /*request*/,
    v1::ListAgentsResponse* response) {
  for (const auto& agent : agents_) {
    response->add_agents()->set_name(agent->name());
  }
  return grpc::Status::OK;
}

}  // namespace agent::chaos
