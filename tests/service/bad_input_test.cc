// Bad input: each field of each request, with the code, the reason and the name
// of the field that come back.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/service/service_test.h"

namespace agent::testing {
namespace {

class BadInput : public ServiceTest {
 protected:
  template <typename Request>
  using Cases =
      std::vector<std::pair<std::string, std::function<void(Request*)>>>;

  // Each change of an otherwise good request is refused by its field's name.
  template <typename Request, typename Response>
  void ExpectRefused(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                  const Request&, Response*),
                     const Request& good, const Cases<Request>& cases) {
    int index = 0;
    for (const auto& [field, change] : cases) {
      Request request = good;
      change(&request);
      EXPECT_THAT(Call(method, request).status, RefusesField(field))
          << "case " << index;
      ++index;
    }
  }
};

const char* const kBadIds[] = {"a b", "{x}", "caf\xc3\xa9", "a/b", "a\nb"};

TEST_F(BadInput, RunAgent) {
  using R = v1::RunAgentRequest;
  R good;
  good.set_agent("Script");
  good.set_message("hi");
  Cases<R> cases = {
      {"agent", [](R* r) { r->clear_agent(); }},
      {"agent", [](R* r) { r->set_agent("a b"); }},
      {"agent", [](R* r) { r->set_agent(std::string(65, 'a')); }},
      {"message", [](R* r) { r->clear_message(); }},
      {"message", [](R* r) { r->set_message(std::string("a\0b", 3)); }},
      {"message",
       [](R* r) { r->set_message(std::string((size_t{1} << 20) + 1, 'x')); }},
      {"message", [](R* r) { r->set_message("\xff"); }},
      {"conversation_id", [](R* r) { r->set_conversation_id("\xc3"); }},
      {"conversation_id",
       [](R* r) { r->set_conversation_id(std::string(129, 'a')); }},
      {"request_id", [](R* r) { r->set_request_id(std::string(129, 'a')); }},
      {"request_id", [](R* r) { r->set_request_id("caf\xc3\xa9"); }},
      {"request_id", [](R* r) { r->set_request_id("a\tb"); }},
      {"options.timeout",
       [](R* r) { r->mutable_options()->mutable_timeout(); }},
      {"options.timeout",
       [](R* r) { r->mutable_options()->mutable_timeout()->set_seconds(-1); }},
      {"options.timeout",
       [](R* r) {
         r->mutable_options()->mutable_timeout()->set_seconds(25 * 3600);
       }},
      {"options.timeout",
       [](R* r) {
         r->mutable_options()->mutable_timeout()->set_seconds(1);
         r->mutable_options()->mutable_timeout()->set_nanos(-1);
       }},
      {"options.timeout",
       [](R* r) {
         r->mutable_options()->mutable_timeout()->set_seconds(
             std::numeric_limits<int64_t>::max());
       }},
      {"options.response_json_schema",
       [](R* r) { r->mutable_options()->set_response_json_schema("{"); }},
      {"options.response_json_schema",
       [](R* r) { r->mutable_options()->set_response_json_schema("[1]"); }},
      {"options.response_json_schema",
       [](R* r) {
         r->mutable_options()->set_response_json_schema(
             "{\"a\":\"" + std::string(70000, 'x') + "\"}");
       }},
  };
  for (const char* id : kBadIds) {
    cases.push_back(
        {"conversation_id", [id](R* r) { r->set_conversation_id(id); }});
  }
  ExpectRefused(&Stub::RunAgent, good, cases);
}

TEST_F(BadInput, AMessageFarTooLongIsRefusedUnread) {
  v1::RunAgentRequest request;
  request.set_agent("Script");
  request.set_message(std::string(size_t{8} << 20, 'x'));
  EXPECT_EQ(TryRun(request).status.error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(BadInput, StreamResponse) {
  using R = v1::StreamResponseRequest;
  const Cases<R> cases = {
      {"conversation_id", [](R* r) { r->clear_conversation_id(); }},
      {"conversation_id", [](R* r) { r->set_conversation_id("{x}"); }},
      {"run_id", [](R* r) { r->set_run_id("a b"); }},
      {"run_id", [](R* r) { r->set_run_id(std::string(129, 'a')); }},
      {"heartbeat_interval", [](R* r) { r->mutable_heartbeat_interval(); }},
      {"heartbeat_interval",
       [](R* r) { r->mutable_heartbeat_interval()->set_nanos(999999999); }},
      {"heartbeat_interval",
       [](R* r) { r->mutable_heartbeat_interval()->set_seconds(-5); }},
      {"wait", [](R* r) { r->mutable_wait()->set_seconds(301); }},
      {"wait", [](R* r) { r->mutable_wait()->set_seconds(-1); }},
  };
  for (const auto& [field, change] : cases) {
    R request;
    request.set_conversation_id("c");
    change(&request);
    EXPECT_THAT(Stream(request).status, RefusesField(field));
  }
}

TEST_F(BadInput, MalformedCursors) {
  for (const char* cursor :
       {"x", "1", "$", ">", "+", "-", "1-", "-1", "01-1", "1-01", " 1-1",
        "1-1 ", "1-1-1", "18446744073709551616-0", "1-18446744073709551616",
        "(1-1"}) {
    v1::StreamResponseRequest request;
    request.set_conversation_id("c");
    request.set_cursor(cursor);
    const grpc::Status status = Stream(request).status;
    EXPECT_THAT(status, FailsWith(grpc::StatusCode::INVALID_ARGUMENT,
                                  "CURSOR_MALFORMED"))
        << cursor;
    EXPECT_EQ(ReadRichError(status).fields, std::vector<std::string>{"cursor"});
  }
}

TEST_F(BadInput, GetRun) {
  using R = v1::GetRunRequest;
  R good;
  good.set_conversation_id("c");
  good.set_run_id("r");
  ExpectRefused(
      &Stub::GetRun, good,
      {{"conversation_id", [](R* r) { r->clear_conversation_id(); }},
       {"conversation_id", [](R* r) { r->set_conversation_id("a b"); }},
       {"run_id", [](R* r) { r->clear_run_id(); }},
       {"run_id", [](R* r) { r->set_run_id("\xff"); }}});
}

TEST_F(BadInput, CancelRun) {
  using R = v1::CancelRunRequest;
  R good;
  good.set_conversation_id("c");
  good.set_run_id("r");
  ExpectRefused(&Stub::CancelRun, good,
                {{"conversation_id", [](R* r) { r->clear_conversation_id(); }},
                 {"run_id", [](R* r) { r->clear_run_id(); }},
                 {"run_id", [](R* r) { r->set_run_id("a b"); }}});
}

TEST_F(BadInput, ListRuns) {
  using R = v1::ListRunsRequest;
  R good;
  good.set_conversation_id(Run("hi").conversation_id());
  ExpectRefused(
      &Stub::ListRuns, good,
      {{"conversation_id", [](R* r) { r->clear_conversation_id(); }},
       {"page_size", [](R* r) { r->set_page_size(-1); }},
       {"page_size", [](R* r) { r->set_page_size(1001); }},
       {"page_token", [](R* r) { r->set_page_token("nonsense"); }},
       {"page_token", [](R* r) { r->set_page_token("caf\xc3\xa9"); }},
       {"page_token", [](R* r) { r->set_page_token(std::string(600, 'a')); }}});
}

TEST_F(BadInput, ListConversations) {
  using R = v1::ListConversationsRequest;
  ExpectRefused(&Stub::ListConversations, R(),
                {{"page_size", [](R* r) { r->set_page_size(-1); }},
                 {"page_size", [](R* r) { r->set_page_size(1001); }},
                 {"page_token", [](R* r) { r->set_page_token("nonsense"); }},
                 {"agent", [](R* r) { r->set_agent("a b"); }}});
}

TEST_F(BadInput, GetConversation) {
  using R = v1::GetConversationRequest;
  ExpectRefused(&Stub::GetConversation, R(),
                {{"conversation_id", [](R*) {}}, {"conversation_id", [](R* r) {
                                                    r->set_conversation_id("?");
                                                  }}});
}

TEST_F(BadInput, DeleteConversation) {
  using R = v1::DeleteConversationRequest;
  ExpectRefused(&Stub::DeleteConversation, R(),
                {{"conversation_id", [](R*) {}}, {"conversation_id", [](R* r) {
                                                    r->set_conversation_id("?");
                                                  }}});
}

}  // namespace
}  // namespace agent::testing
