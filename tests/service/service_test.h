// The language of the end to end tests: a whole agent-service in the process,
// on a real redis-server of its own, and a client that knows only its address.
#ifndef AGENT_TESTS_SERVICE_SERVICE_TEST_H_
#define AGENT_TESTS_SERVICE_SERVICE_TEST_H_

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/v1/agent_service.grpc.pb.h"
#include "service/service_process.h"
#include "tests/service/rich_error.h"
#include "tests/service/script_agent.h"
#include "tests/testing/eventually.h"
#include "tests/testing/redis_server.h"

namespace agent::testing {

using Chunks = std::vector<v1::ResponseChunk>;

// What a unary call gave.
template <typename Response>
struct Answer {
  grpc::Status status;
  Response value;
};

// What a StreamResponse call gave, from its beginning to its end.
struct Streamed {
  grpc::Status status;
  Chunks chunks;
  std::string cursor;  // of the last batch
};

// An open StreamResponse call. Its destructor cancels it.
class OpenCall {
 public:
  OpenCall(v1::AgentService::Stub* stub,
           const v1::StreamResponseRequest& request);
  ~OpenCall();

  bool Read(v1::ResponseBatch* batch) { return stream_->Read(batch); }
  // Chunks until one satisfies `last`, or the end.
  Chunks ReadUntil(const std::function<bool(const v1::ResponseChunk&)>& last);
  Streamed ReadToEnd();
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::ResponseBatch>> stream_;
  bool finished_ = false;
};

std::string TextOf(const Chunks& chunks);
// The kind of each chunk, as the log names it: "attempt text text completed".
std::string KindsOf(const Chunks& chunks);
bool IsText(const v1::ResponseChunk& chunk, const std::string& text);

class ServiceTest : public ::testing::Test {
 protected:
  using Stub = v1::AgentService::Stub;

  // Settings of the tests' service, on `redis_`.
  Settings TestSettings() const;
  // Starts the service; a test that starts none gets the ordinary one.
  void Start(Settings settings);
  void SetUp() override { Start(TestSettings()); }

  // RunAgent of `Script`, which must succeed.
  v1::RunAgentResponse Run(const std::string& message,
                           const std::string& conversation_id = "",
                           const std::string& request_id = "");
  // A unary call.
  template <typename Request, typename Response>
  Answer<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                     const Request&, Response*),
                        const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(CallDeadline());
    Answer<Response> answer;
    answer.status = (stub_.get()->*method)(&context, request, &answer.value);
    return answer;
  }
  Answer<v1::RunAgentResponse> TryRun(const v1::RunAgentRequest& request) {
    return Call(&Stub::RunAgent, request);
  }

  v1::Run GetRun(const v1::RunAgentResponse& run);
  Answer<v1::Run> Cancel(const v1::RunAgentResponse& run);
  grpc::Status Delete(const std::string& conversation_id, bool force);

  std::unique_ptr<OpenCall> Open(const v1::StreamResponseRequest& request);
  Streamed Stream(const v1::StreamResponseRequest& request);
  // The run's own chunks, from its beginning or after `cursor`.
  Streamed Read(const v1::RunAgentResponse& run,
                const std::string& cursor = "");
  static v1::StreamResponseRequest RequestFor(const v1::RunAgentResponse& run,
                                              const std::string& cursor = "");

  bool AwaitHolding(int runs = 1);

  RedisServer redis_;
  std::shared_ptr<ScriptAgent> script_ = std::make_shared<ScriptAgent>();
  std::unique_ptr<ServiceProcess> process_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> stub_;

 private:
  static std::chrono::system_clock::time_point CallDeadline();
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_SERVICE_SERVICE_TEST_H_
