#include "service/http/run_call.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "service/http/run_reply.h"
#include "service/http/stream_call.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

IncomingRequest Post(const std::string& body, HttpHeaders headers = {},
                     const std::string& query = "") {
  IncomingRequest request;
  request.method = "POST";
  request.headers = std::move(headers);
  request.body = body;
  EXPECT_OK(ParseTarget("/run" + query, &request));
  return request;
}

IncomingRequest Json(const std::string& body, HttpHeaders headers = {},
                     const std::string& query = "") {
  headers.Add("Content-Type", "application/json");
  return Post(body, std::move(headers), query);
}

TEST(RunCall, ABodyThatIsNotJsonIsTheMessage) {
  const auto call = ParseRunCall(
      Post("{\"message\":1}", {{"Content-Type", "text/plain"}}), "Planner");
  ASSERT_OK(call);
  EXPECT_EQ(call->request.agent(), "Planner");
  EXPECT_EQ(call->request.message(), "{\"message\":1}");
  EXPECT_FALSE(call->wait);
}

TEST(RunCall, AJsonBodyHasFields) {
  const auto call = ParseRunCall(
      Json(R"({"message":"hi","conversation_id":"c","request_id":"r",)"
           R"("wait_for_response":true,"disable_tools":true,)"
           R"("response_json_schema":{"type":"object"},)"
           R"("timeout_seconds":1.5,"unknown":[1]})"),
      "a");
  ASSERT_OK(call);
  EXPECT_EQ(call->request.message(), "hi");
  EXPECT_EQ(call->request.conversation_id(), "c");
  EXPECT_EQ(call->request.request_id(), "r");
  EXPECT_TRUE(call->wait);
  EXPECT_TRUE(call->request.options().disable_tools());
  EXPECT_EQ(call->request.options().response_json_schema(),
            R"({"type":"object"})");
  EXPECT_EQ(call->request.options().timeout().seconds(), 1);
  EXPECT_EQ(call->request.options().timeout().nanos(), 500000000);
}

TEST(RunCall, WhatIsNullIsNotThere) {
  const auto call = ParseRunCall(
      Json(R"({"message":"hi","conversation_id":null,"timeout_seconds":null,)"
           R"("wait_for_response":null,"response_json_schema":null})"),
      "a");
  ASSERT_OK(call);
  EXPECT_EQ(call->request.conversation_id(), "");
  EXPECT_FALSE(call->request.options().has_timeout());
  EXPECT_EQ(call->request.options().response_json_schema(), "");
}

TEST(RunCall, ASchemaMayBeText) {
  const auto call =
      ParseRunCall(Json(R"({"message":"m","response_json_schema":"{}"})"), "a");
  ASSERT_OK(call);
  EXPECT_EQ(call->request.options().response_json_schema(), "{}");
}

TEST(RunCall, FieldsOfOtherKindsAreRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "body"},
      {"", "body"},
      {"{", "body"},
      {"{\"message\":\"\xFF\"}", "body"},
      {R"({"message":1})", "message"},
      {R"({"message":"m","conversation_id":1})", "conversation_id"},
      {R"({"message":"m","request_id":{}})", "request_id"},
      {R"({"message":"m","wait_for_response":[]})", "wait_for_response"},
      {R"({"message":"m","disable_tools":{}})", "disable_tools"},
      {R"({"message":"m","timeout_seconds":"1"})", "timeout_seconds"},
      {R"({"message":"m","timeout_seconds":1e300})", "timeout_seconds"}};
  for (const auto& [body, field] : cases) {
    const auto call = ParseRunCall(Json(body), "a");
    EXPECT_THAT(call, HasReason("FIELD_INVALID")) << body;
    EXPECT_EQ(std::string(call.status().message()).rfind(field, 0), 0u) << body;
  }
}

TEST(RunCall, ABodyThatNestsWithoutEndIsRefused) {
  const std::string deep = R"({"message":"m","response_json_schema":)" +
                           std::string(100000, '[') + std::string(100000, ']') +
                           "}";
  EXPECT_THAT(ParseRunCall(Json(deep), "a"), HasReason("FIELD_INVALID"));
}

TEST(RunCall, IdsMayComeInSeveralPlacesAndMustAgree) {
  const auto both = ParseRunCall(
      Json(R"({"message":"m","thread_id":"c"})", {}, "?conversation_id=c"),
      "a");
  ASSERT_OK(both);
  EXPECT_EQ(both->request.conversation_id(), "c");
  const auto query = ParseRunCall(Post("m", {}, "?thread_id=q"), "a");
  ASSERT_OK(query);
  EXPECT_EQ(query->request.conversation_id(), "q");
  const auto key = ParseRunCall(Post("m", {{"idempotency-key", "k"}}), "a");
  ASSERT_OK(key);
  EXPECT_EQ(key->request.request_id(), "k");
  EXPECT_THAT(ParseRunCall(Json(R"({"message":"m","conversation_id":"c"})", {},
                                "?conversation_id=d"),
                           "a"),
              HasReason("FIELD_INVALID"));
  EXPECT_THAT(ParseRunCall(Json(R"({"message":"m","request_id":"k"})",
                                {{"Idempotency-Key", "l"}}),
                           "a"),
              HasReason("FIELD_INVALID"));
}

TEST(RunCall, TheHeaderDecidesBeforeTheQueryAndThatBeforeTheBody) {
  const auto waits = [](const char* header, const char* query,
                        const char* body) {
    HttpHeaders headers;
    if (*header != 0) headers.Add("x-ms-wait-for-response", header);
    const auto call = ParseRunCall(
        Json(std::string(R"({"message":"m","wait_for_response":)") + body + "}",
             headers,
             *query == 0 ? "" : std::string("?wait_for_response=") + query),
        "a");
    EXPECT_OK(call);
    return call.ok() && call->wait;
  };
  EXPECT_TRUE(waits("", "", "true"));
  EXPECT_TRUE(waits("", "", "\"yes\""));
  EXPECT_TRUE(waits("", "", "1"));
  EXPECT_FALSE(waits("", "", "0"));
  EXPECT_FALSE(waits("", "no", "true"));
  EXPECT_TRUE(waits("", "on", "false"));
  EXPECT_FALSE(waits("false", "on", "true"));
  EXPECT_TRUE(waits("Y", "off", "false"));
}

TEST(StreamCall, TheQuerysCursorWinsOverTheHeaders) {
  const auto parse = [](const std::string& query, HttpHeaders headers) {
    return ParseStreamCall(Post("", std::move(headers), query), "c");
  };
  EXPECT_EQ(parse("", {{"Last-Event-ID", "1-1"}})->request.cursor(), "1-1");
  EXPECT_EQ(parse("?cursor=2-2", {{"Last-Event-ID", "1-1"}})->request.cursor(),
            "2-2");
  EXPECT_EQ(parse("?cursor=", {{"Last-Event-ID", "1-1"}})->request.cursor(),
            "1-1");
  const auto call =
      parse("?correlation_id=r&follow=yes&wait=2.5&data=json", {});
  ASSERT_OK(call);
  EXPECT_EQ(call->request.run_id(), "r");
  EXPECT_TRUE(call->request.follow());
  EXPECT_EQ(call->request.wait().seconds(), 2);
  EXPECT_EQ(call->data, SseData::kJson);
  EXPECT_THAT(parse("?wait=soon", {}), HasReason("FIELD_INVALID"));
  EXPECT_THAT(parse("?run_id=a&correlation_id=b", {}),
              HasReason("FIELD_INVALID"));
}

TEST(RunReply, AllTurnsOfTheRunTogetherAreItsResponse) {
  v1::Conversation conversation;
  const auto add = [&](v1::Message::Role role, const char* run,
                       const char* text) {
    auto* message = conversation.add_messages();
    message->set_role(role);
    message->set_run_id(run);
    message->set_text(text);
  };
  add(v1::Message::ASSISTANT, "r1", "before");
  add(v1::Message::USER, "r2", "question");
  add(v1::Message::ASSISTANT, "r2", "Let me look. ");
  add(v1::Message::TOOL, "r2", "rain");
  add(v1::Message::ASSISTANT, "r2", "Rain.");
  EXPECT_EQ(ResponseText(conversation, "r2"), "Let me look. Rain.");
}

}  // namespace
}  // namespace agent::testing
