#include "tests/client/scripted_service.h"

#include <algorithm>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace agent::client::testing {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(2);
constexpr auto kDeadline = std::chrono::seconds(20);

// Where a call begins: after the entry of the cursor, or at the run's first.
size_t FirstIndex(const std::vector<v1::ResponseChunk>& log,
                  const v1::StreamResponseRequest& request) {
  for (size_t i = 0; i < log.size(); ++i) {
    if (request.cursor().empty()
            ? request.run_id().empty() || log[i].run_id() == request.run_id()
            : log[i].cursor() == request.cursor()) {
      return request.cursor().empty() ? i : i + 1;
    }
  }
  return request.cursor() == "0-0" ? 0 : log.size();
}

// The chunks from `begin` to before `end`.
void Write(const std::vector<v1::ResponseChunk>& chunks, size_t begin,
           size_t end, bool one_batch,
           grpc::ServerWriter<v1::ResponseBatch>* writer) {
  v1::ResponseBatch batch;
  for (size_t i = begin; i < end; ++i) {
    *batch.add_chunks() = chunks[i];
    batch.set_cursor(chunks[i].cursor());
    if (one_batch && i + 1 < end) continue;
    writer->Write(batch);
    batch.Clear();
  }
}

}  // namespace

grpc::Status RichStatus(grpc::StatusCode code, const std::string& reason,
                        std::optional<std::chrono::milliseconds> delay) {
  google::rpc::Status status;
  status.set_code(code);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("agent.v1");
  (*info.mutable_metadata())["field"] = "cursor";
  status.add_details()->PackFrom(info);
  if (delay.has_value()) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_nanos(
        static_cast<int32_t>(delay->count() * 1000000));
    status.add_details()->PackFrom(retry);
  }
  return {code, "said by the test", status.SerializeAsString()};
}

ScriptedService::ScriptedService() { Start(); }

ScriptedService::~ScriptedService() { Stop(); }

void ScriptedService::Start() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port_),
                           grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

void ScriptedService::Stop() {
  if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  server_ = nullptr;
}

std::string ScriptedService::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

void ScriptedService::SetLog(const ScriptedLog& log) {
  MutexLock lock(&mu_);
  log_ = log.chunks();
}

void ScriptedService::AddCall(const CallScript& script) {
  MutexLock lock(&mu_);
  scripts_.push_back(script);
}

void ScriptedService::AddRunFailure(const grpc::Status& status) {
  MutexLock lock(&mu_);
  run_failures_.push_back(status);
}

void ScriptedService::Release() {
  MutexLock lock(&mu_);
  ++releases_;
  changed_.NotifyAll();
}

std::vector<v1::StreamResponseRequest> ScriptedService::stream_requests() {
  MutexLock lock(&mu_);
  return stream_requests_;
}

std::vector<v1::RunAgentRequest> ScriptedService::run_requests() {
  MutexLock lock(&mu_);
  return run_requests_;
}

bool ScriptedService::WaitForStreams(size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  MutexLock lock(&mu_);
  while (stream_requests_.size() < count) {
    if (!changed_.WaitUntil(&mu_, deadline)) return false;
  }
  return true;
}

CallScript ScriptedService::TakeScript(
    const v1::StreamResponseRequest& request) {
  MutexLock lock(&mu_);
  stream_requests_.push_back(request);
  changed_.NotifyAll();
  if (scripts_.empty()) return {};
  CallScript script = scripts_.front();
  scripts_.pop_front();
  return script;
}

grpc::Status ScriptedService::StreamResponse(
    grpc::ServerContext* context, const v1::StreamResponseRequest* request,
    grpc::ServerWriter<v1::ResponseBatch>* writer) {
  const CallScript script = TakeScript(*request);
  const std::vector<v1::ResponseChunk> chunks = ChunksOf(*request, script);
  const size_t cut = script.cut_after < 0
                         ? chunks.size()
                         : static_cast<size_t>(script.cut_after);
  const size_t sent = std::min(cut, chunks.size());
  Write(chunks, 0, sent, script.one_batch, writer);
  if (script.cut_after < 0) return grpc::Status::OK;
  if (!script.hang && !script.hold) return script.status;
  if (!Hold(context, script.hold, writer)) return grpc::Status::CANCELLED;
  Write(chunks, sent, chunks.size(), script.one_batch, writer);
  return grpc::Status::OK;
}

std::vector<v1::ResponseChunk> ScriptedService::ChunksOf(
    const v1::StreamResponseRequest& request, const CallScript& script) {
  MutexLock lock(&mu_);
  std::vector<v1::ResponseChunk> chunks;
  size_t i = FirstIndex(log_, request);
  i -= std::min(i, static_cast<size_t>(script.rewind));
  for (; i < log_.size(); ++i) {
    if (static_cast<int>(i) != script.skip) chunks.push_back(log_[i]);
  }
  return chunks;
}

bool ScriptedService::Hold(grpc::ServerContext* context, bool releasable,
                           grpc::ServerWriter<v1::ResponseBatch>* writer) {
  if (releasable) writer->Write(v1::ResponseBatch());
  MutexLock lock(&mu_);
  const int before = releases_;
  while (!releasable || releases_ == before) {
    if (context->IsCancelled()) return false;
    changed_.WaitUntil(&mu_, std::chrono::steady_clock::now() + kPoll);
  }
  return true;
}

grpc::Status ScriptedService::RunAgent(grpc::ServerContext*,
                                       const v1::RunAgentRequest* request,
                                       v1::RunAgentResponse* response) {
  MutexLock lock(&mu_);
  run_requests_.push_back(*request);
  if (!run_failures_.empty()) {
    grpc::Status status = run_failures_.front();
    run_failures_.pop_front();
    return status;
  }
  response->set_conversation_id(request->conversation_id().empty()
                                    ? "conversation-1"
                                    : request->conversation_id());
  size_t accepted = 0;
  for (const v1::RunAgentRequest& each : run_requests_) {
    if (each.request_id() != request->request_id()) ++accepted;
  }
  response->set_run_id("run-" + std::to_string(accepted + 1));
  response->set_cursor("0-0");
  return grpc::Status::OK;
}

grpc::Status ScriptedService::CancelRun(grpc::ServerContext*,
                                        const v1::CancelRunRequest* request,
                                        v1::Run* response) {
  response->set_run_id(request->run_id());
  response->set_state(v1::Run::CANCELLED);
  return grpc::Status::OK;
}

grpc::Status ScriptedService::ListRuns(grpc::ServerContext*,
                                       const v1::ListRunsRequest* request,
                                       v1::ListRunsResponse* response) {
  // Three runs, two to a page.
  const bool first = request->page_token().empty();
  for (const char* id : {"run-3", "run-2"}) {
    v1::Run* const run = response->add_runs();
    run->set_run_id(first ? id : "run-1");
    run->set_state(v1::Run::COMPLETED);
    run->set_message("Plan a trip\nto Tokyo");
    if (!first) break;
  }
  if (first) response->set_next_page_token("more");
  return grpc::Status::OK;
}

grpc::Status ScriptedService::GetConversation(
    grpc::ServerContext*, const v1::GetConversationRequest* request,
    v1::Conversation* response) {
  if (request->conversation_id() != "conversation-1") {
    return RichStatus(grpc::StatusCode::NOT_FOUND, "CONVERSATION_NOT_FOUND");
  }
  response->set_conversation_id(request->conversation_id());
  response->set_agent("TravelPlanner");
  v1::Message* message = response->add_messages();
  message->set_role(v1::Message::USER);
  message->set_text("Hello");
  message = response->add_messages();
  message->set_role(v1::Message::ASSISTANT);
  message->set_text("Good day.");
  return grpc::Status::OK;
}

grpc::Status ScriptedService::DeleteConversation(
    grpc::ServerContext*, const v1::DeleteConversationRequest* request,
    v1::DeleteConversationResponse*) {
  if (request->force()) return grpc::Status::OK;
  return RichStatus(grpc::StatusCode::FAILED_PRECONDITION, "RUN_ACTIVE");
}

grpc::Status ScriptedService::ListAgents(grpc::ServerContext*,
                                         const v1::ListAgentsRequest*,
                                         v1::ListAgentsResponse* response) {
  v1::Agent* const agent = response->add_agents();
  agent->set_name("TravelPlanner");
  agent->set_description("Plans trips");
  agent->add_tools("get_weather_forecast");
  agent->set_workers(1);
  return grpc::Status::OK;
}

}  // namespace agent::client::testing
