#include "tests/service/service_test.h"

#include <grpcpp/create_channel.h>

#include <chrono>
#include <utility>

#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

// No call of a test may hang for ever.
constexpr auto kCallTimeout = std::chrono::seconds(30);

std::string KindOf(const v1::ResponseChunk& chunk) {
  switch (chunk.content_case()) {
    case v1::ResponseChunk::kText:
      return "text";
    case v1::ResponseChunk::kAttemptStarted:
      return "attempt";
    case v1::ResponseChunk::kToolCall:
      return "tool_call";
    case v1::ResponseChunk::kToolResult:
      return "tool_result";
    case v1::ResponseChunk::kCompleted:
      return "completed";
    case v1::ResponseChunk::kFailed:
      return "failed";
    case v1::ResponseChunk::kCancelled:
      return "cancelled";
    case v1::ResponseChunk::CONTENT_NOT_SET:
      break;
  }
  return "nothing";
}

}  // namespace

OpenCall::OpenCall(v1::AgentService::Stub* stub,
                   const v1::StreamResponseRequest& request) {
  context_.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  stream_ = stub->StreamResponse(&context_, request);
}

OpenCall::~OpenCall() {
  if (finished_) return;
  context_.TryCancel();
  ReadToEnd();
}

Chunks OpenCall::ReadUntil(
    const std::function<bool(const v1::ResponseChunk&)>& last) {
  Chunks chunks;
  v1::ResponseBatch batch;
  while (stream_->Read(&batch)) {
    chunks.insert(chunks.end(), batch.chunks().begin(), batch.chunks().end());
    if (!chunks.empty() && last(chunks.back())) break;
  }
  return chunks;
}

Streamed OpenCall::ReadToEnd() {
  Streamed streamed;
  v1::ResponseBatch batch;
  while (stream_->Read(&batch)) {
    streamed.chunks.insert(streamed.chunks.end(), batch.chunks().begin(),
                           batch.chunks().end());
    streamed.cursor = batch.cursor();
  }
  streamed.status = stream_->Finish();
  finished_ = true;
  return streamed;
}

std::string TextOf(const Chunks& chunks) {
  std::string text;
  for (const auto& chunk : chunks) text += chunk.text();
  return text;
}

std::string KindsOf(const Chunks& chunks) {
  std::string kinds;
  for (const auto& chunk : chunks) {
    kinds += (kinds.empty() ? "" : " ") + KindOf(chunk);
  }
  return kinds;
}

bool IsText(const v1::ResponseChunk& chunk, const std::string& text) {
  return chunk.has_text() && chunk.text() == text;
}

Settings ServiceTest::TestSettings() const {
  Settings settings;
  settings.grpc_listen = "127.0.0.1:0";
  settings.http_listen = "127.0.0.1:0";
  settings.redis = redis_.address();
  settings.drain_timeout = absl::Seconds(4);
  settings.max_concurrent_runs = 8;
  return settings;
}

void ServiceTest::Start(Settings settings) {
  process_.reset();
  auto process = ServiceProcess::Start(std::move(settings), {script_});
  ASSERT_OK(process);
  process_ = *std::move(process);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ = grpc::CreateCustomChannel(
      process_->address(), grpc::InsecureChannelCredentials(), arguments);
  stub_ = v1::AgentService::NewStub(channel_);
}

std::chrono::system_clock::time_point ServiceTest::CallDeadline() {
  return std::chrono::system_clock::now() + kCallTimeout;
}

v1::RunAgentResponse ServiceTest::Run(const std::string& message,
                                      const std::string& conversation_id,
                                      const std::string& request_id) {
  v1::RunAgentRequest request;
  request.set_agent("Script");
  request.set_message(message);
  request.set_conversation_id(conversation_id);
  request.set_request_id(request_id);
  auto answer = TryRun(request);
  EXPECT_THAT(answer.status, Succeeds());
  return answer.value;
}

v1::Run ServiceTest::GetRun(const v1::RunAgentResponse& run) {
  v1::GetRunRequest request;
  request.set_conversation_id(run.conversation_id());
  request.set_run_id(run.run_id());
  auto answer = Call(&Stub::GetRun, request);
  EXPECT_THAT(answer.status, Succeeds());
  return answer.value;
}

Answer<v1::Run> ServiceTest::Cancel(const v1::RunAgentResponse& run) {
  v1::CancelRunRequest request;
  request.set_conversation_id(run.conversation_id());
  request.set_run_id(run.run_id());
  return Call(&Stub::CancelRun, request);
}

grpc::Status ServiceTest::Delete(const std::string& conversation_id,
                                 bool force) {
  v1::DeleteConversationRequest request;
  request.set_conversation_id(conversation_id);
  request.set_force(force);
  return Call(&Stub::DeleteConversation, request).status;
}

std::unique_ptr<OpenCall> ServiceTest::Open(
    const v1::StreamResponseRequest& request) {
  return std::make_unique<OpenCall>(stub_.get(), request);
}

Streamed ServiceTest::Stream(const v1::StreamResponseRequest& request) {
  return Open(request)->ReadToEnd();
}

Streamed ServiceTest::Read(const v1::RunAgentResponse& run,
                           const std::string& cursor) {
  return Stream(RequestFor(run, cursor));
}

v1::StreamResponseRequest ServiceTest::RequestFor(
    const v1::RunAgentResponse& run, const std::string& cursor) {
  v1::StreamResponseRequest request;
  request.set_conversation_id(run.conversation_id());
  request.set_run_id(run.run_id());
  request.set_cursor(cursor);
  return request;
}

bool ServiceTest::AwaitHolding(int runs) {
  return Eventually([&] { return script_->holding() == runs; });
}

}  // namespace agent::testing
