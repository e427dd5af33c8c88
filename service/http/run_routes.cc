#include "service/http/run_routes.h"

#include <utility>

#include "service/http/api_call.h"
#include "service/http/request_fields.h"
#include "service/http/run_reply.h"
#include "service/http/run_wait.h"

namespace agent {
namespace {

void NameRun(const v1::RunAgentResponse& run, HttpExchange* exchange) {
  NameConversation(run.conversation_id(), exchange);
  exchange->SetHeader("x-run-id", run.run_id());
}

}  // namespace

void RunRoutes::AddTo(Router* router) {
  router->Add("POST", "/api/agents/{agent}/run",
              [this](const Exchange& exchange, const PathParams& params) {
                Run(exchange, params.at("agent"));
              });
  router->Add("GET", "/api/agent/stream/{conversation_id}",
              [this](const Exchange& exchange, const PathParams& params) {
                Stream(exchange, params.at("conversation_id"));
              });
}

void RunRoutes::Run(const Exchange& exchange, const std::string& agent) {
  const auto call = ParseRunCall(exchange->request(), agent);
  if (!call.ok()) return exchange->Reply(ErrorReply(call.status()));
  NameConversation(call->request.conversation_id(), exchange.get());
  if (call->form == RunForm::kEvents) return RunAndStream(exchange, *call);
  RunAndReply(exchange, *call);
}

void RunRoutes::RunAndReply(const Exchange& exchange, const RunCall& call) {
  CallApi(options_.api, &AgentApi::RunAgent, call.request, exchange,
          [exchange, call, options = options_](
              const absl::StatusOr<v1::RunAgentResponse>& run) {
            if (!run.ok()) return exchange->Reply(ErrorReply(run.status()));
            NameRun(*run, exchange.get());
            RunReply reply(call.form, call.request, *run);
            if (!call.wait) return exchange->Reply(reply.Accepted());
            RunWait::Start(exchange, std::move(reply),
                           {.api = options.api,
                            .registry = options.streams,
                            .limit = options.wait_limit});
          });
}

// Takes its place among the streams first: a run whose client was then told to
// come again later would be started twice.
void RunRoutes::RunAndStream(const Exchange& exchange, const RunCall& call) {
  StreamCall stream;
  stream.data = DataForm(exchange->request());
  auto session = Open(exchange, stream);
  if (!session.ok()) return RefuseStream(session.status(), exchange.get());
  CallApi(options_.api, &AgentApi::RunAgent, call.request, exchange,
          [exchange, session = *session, api = options_.api](
              const absl::StatusOr<v1::RunAgentResponse>& run) {
            if (!run.ok()) return session->Start(run.status());
            NameRun(*run, exchange.get());
            v1::StreamResponseRequest request;
            request.set_conversation_id(run->conversation_id());
            request.set_run_id(run->run_id());
            session->Start(api->OpenStream(request));
          });
}

void RunRoutes::Stream(const Exchange& exchange,
                       const std::string& conversation_id) {
  NameConversation(conversation_id, exchange.get());
  const auto call = ParseStreamCall(exchange->request(), conversation_id);
  if (!call.ok()) return exchange->Reply(ErrorReply(call.status()));
  const auto session = Open(exchange, *call);
  if (!session.ok()) return RefuseStream(session.status(), exchange.get());
  (*session)->Start(options_.api->OpenStream(call->request));
}

absl::StatusOr<std::shared_ptr<StreamSession>> RunRoutes::Open(
    const Exchange& exchange, const StreamCall& call) const {
  StreamSession::Options options;
  options.registry = options_.streams;
  options.writer = MakeWriter(call);
  options.follow = call.request.follow();
  options.cursor = call.request.cursor();
  return StreamSession::Create(exchange, std::move(options));
}

}  // namespace agent
