// A real gRPC server on loopback whose every stream fails as the test says.
#ifndef AGENT_TESTS_CLIENT_SCRIPTED_SERVICE_H_
#define AGENT_TESTS_CLIENT_SCRIPTED_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/v1/agent_service.grpc.pb.h"
#include "lib/base/mutex.h"
#include "tests/client/scripted_log.h"

namespace agent::client::testing {

// A status with ErrorInfo and, given a delay, RetryInfo, encoded by Google's
// own messages.
grpc::Status RichStatus(
    grpc::StatusCode code, const std::string& reason,
    std::optional<std::chrono::milliseconds> delay = std::nullopt);

// One StreamResponse call. What it does not say is done right.
struct CallScript {
  // After this many chunks of this call, `status`; -1: at the log's end, OK.
  int cut_after = -1;
  grpc::Status status =
      grpc::Status(grpc::StatusCode::UNAVAILABLE, "cut by the test");
  // Sends this many chunks again that the cursor has behind it.
  int rewind = 0;
  // Leaves out the chunk of this index in the log.
  int skip = -1;
  // At the cut: silence, until the client leaves.
  bool hang = false;
  // At the cut: silence and heartbeats, until Release() or the client leaves;
  // then the rest.
  bool hold = false;
  // All chunks in one batch.
  bool one_batch = false;
};

// Serves the chunks of a log after the request's cursor, each call by the next
// script, without one to the log's end.
//
// Threads: thread-safe.
class ScriptedService final : public v1::AgentService::Service {
 public:
  ScriptedService();
  ~ScriptedService() override;

  std::string address() const;
  void SetLog(const ScriptedLog& log);
  void AddCall(const CallScript& script);
  // The next RunAgent calls fail so.
  void AddRunFailure(const grpc::Status& status);
  // Lets the calls that hold go on.
  void Release();
  // Stops listening, cutting what is open; Start begins again, same port.
  void Stop();
  void Start();

  std::vector<v1::StreamResponseRequest> stream_requests();
  std::vector<v1::RunAgentRequest> run_requests();
  // Waits until so many streams were asked for; false after a deadline.
  bool WaitForStreams(size_t count);

  grpc::Status RunAgent(grpc::ServerContext* context,
                        const v1::RunAgentRequest* request,
                        v1::RunAgentResponse* response) override;
  grpc::Status StreamResponse(
      grpc::ServerContext* context, const v1::StreamResponseRequest* request,
      grpc::ServerWriter<v1::ResponseBatch>* writer) override;
  grpc::Status CancelRun(grpc::ServerContext* context,
                         const v1::CancelRunRequest* request,
                         v1::Run* response) override;
  grpc::Status ListRuns(grpc::ServerContext* context,
                        const v1::ListRunsRequest* request,
                        v1::ListRunsResponse* response) override;
  grpc::Status GetConversation(grpc::ServerContext* context,
                               const v1::GetConversationRequest* request,
                               v1::Conversation* response) override;
  grpc::Status DeleteConversation(
      grpc::ServerContext* context,
      const v1::DeleteConversationRequest* request,
      v1::DeleteConversationResponse* response) override;
  grpc::Status ListAgents(grpc::ServerContext* context,
                          const v1::ListAgentsRequest* request,
                          v1::ListAgentsResponse* response) override;

 private:
  CallScript TakeScript(const v1::StreamResponseRequest& request);
  // What a call would send if it were not cut.
  std::vector<v1::ResponseChunk> ChunksOf(
      const v1::StreamResponseRequest& request, const CallScript& script);
  // Returns when released; false when the client left first.
  bool Hold(grpc::ServerContext* context, bool releasable,
            grpc::ServerWriter<v1::ResponseBatch>* writer);

  Mutex mu_;
  CondVar changed_;
  std::vector<v1::ResponseChunk> log_ ABSL_GUARDED_BY(mu_);
  std::deque<CallScript> scripts_ ABSL_GUARDED_BY(mu_);
  std::deque<grpc::Status> run_failures_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::StreamResponseRequest> stream_requests_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::RunAgentRequest> run_requests_ ABSL_GUARDED_BY(mu_);
  int releases_ ABSL_GUARDED_BY(mu_) = 0;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace agent::client::testing

#endif  // AGENT_TESTS_CLIENT_SCRIPTED_SERVICE_H_
