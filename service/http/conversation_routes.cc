#include "service/http/conversation_routes.h"

#include <string>

#include "service/http/api_call.h"
#include "service/http/request_fields.h"

namespace agent {
namespace {

using Exchange = std::shared_ptr<HttpExchange>;

// A request about the conversation that the path names.
template <typename Request>
Request About(const PathParams& params, HttpExchange* exchange) {
  Request request;
  request.set_conversation_id(params.at("conversation_id"));
  NameConversation(request.conversation_id(), exchange);
  return request;
}

// The page that the query asks for; false if it was answered with an error.
template <typename Request>
bool ReadPage(HttpExchange* exchange, Request* request) {
  const IncomingRequest& http = exchange->request();
  const auto size = QueryNumber(http, "page_size");
  if (!size.ok()) {
    exchange->Reply(ErrorReply(size.status()));
    return false;
  }
  request->set_page_size(*size);
  request->set_page_token(std::string(http.Query("page_token").value_or("")));
  return true;
}

void ListConversations(AgentApi* api, const Exchange& exchange) {
  v1::ListConversationsRequest request;
  if (!ReadPage(exchange.get(), &request)) return;
  request.set_agent(
      std::string(exchange->request().Query("agent").value_or("")));
  CallApiAndReply(api, &AgentApi::ListConversations, request, exchange);
}

void ListRuns(AgentApi* api, const Exchange& exchange,
              const PathParams& params) {
  auto request = About<v1::ListRunsRequest>(params, exchange.get());
  if (!ReadPage(exchange.get(), &request)) return;
  CallApiAndReply(api, &AgentApi::ListRuns, request, exchange);
}

void DeleteConversation(AgentApi* api, const Exchange& exchange,
                        const PathParams& params) {
  auto request = About<v1::DeleteConversationRequest>(params, exchange.get());
  request.set_force(MeansYes(exchange->request().Query("force").value_or("")));
  CallApiAndReply(api, &AgentApi::DeleteConversation, request, exchange);
}

template <typename Request>
Request AboutRun(const PathParams& params, HttpExchange* exchange) {
  auto request = About<Request>(params, exchange);
  request.set_run_id(params.at("run_id"));
  return request;
}

void AddConversations(AgentApi* api, Router* router) {
  router->Add("GET", "/api/conversations",
              [api](const Exchange& exchange, const PathParams& /*params*/) {
                ListConversations(api, exchange);
              });
  router->Add("GET", "/api/conversations/{conversation_id}",
              [api](const Exchange& exchange, const PathParams& params) {
                CallApiAndReply(
                    api, &AgentApi::GetConversation,
                    About<v1::GetConversationRequest>(params, exchange.get()),
                    exchange);
              });
  router->Add("DELETE", "/api/conversations/{conversation_id}",
              [api](const Exchange& exchange, const PathParams& params) {
                DeleteConversation(api, exchange, params);
              });
}

void AddRuns(AgentApi* api, Router* router) {
  const std::string runs = "/api/conversations/{conversation_id}/runs";
  router->Add("GET", runs,
              [api](const Exchange& exchange, const PathParams& params) {
                ListRuns(api, exchange, params);
              });
  router->Add("GET", runs + "/{run_id}",
              [api](const Exchange& exchange, const PathParams& params) {
                CallApiAndReply(
                    api, &AgentApi::GetRun,
                    AboutRun<v1::GetRunRequest>(params, exchange.get()),
                    exchange);
              });
  router->Add("POST", runs + "/{run_id}/cancel",
              [api](const Exchange& exchange, const PathParams& params) {
                CallApiAndReply(
                    api, &AgentApi::CancelRun,
                    AboutRun<v1::CancelRunRequest>(params, exchange.get()),
                    exchange);
              });
}

}  // namespace

void AddConversationRoutes(AgentApi* api, Router* router) {
  AddConversations(api, router);
  AddRuns(api, router);
  router->Add("GET", "/api/agents",
              [api](const Exchange& exchange, const PathParams& /*params*/) {
                CallApiAndReply(api, &AgentApi::ListAgents,
                                v1::ListAgentsRequest(), exchange);
              });
}

}  // namespace agent
