#include "lib/agent/chat_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::HasReason;
using Json = nlohmann::json;

Json Body(const ModelRequest& request, std::string_view model = "m") {
  const auto body = ChatRequestBody(request, model);
  EXPECT_OK(body);
  return Json::parse(body.value_or("null"));
}

ModelRequest Messages(std::vector<Message> messages) {
  ModelRequest request;
  request.messages = std::move(messages);
  return request;
}

ModelRequest Schema(std::string schema) {
  ModelRequest request;
  request.response_json_schema = std::move(schema);
  return request;
}

Message Says(Role role, std::string text) {
  Message message;
  message.role = role;
  message.text = std::move(text);
  return message;
}

TEST(ChatRequestTest, AsksForAStreamWithUsage) {
  ModelRequest request = Messages({Says(Role::kUser, "Hello")});
  request.instructions = "Be brief.";
  EXPECT_EQ(Body(request), Json::parse(R"({
    "model": "m", "stream": true, "stream_options": {"include_usage": true},
    "messages": [{"role": "system", "content": "Be brief."},
                 {"role": "user", "content": "Hello"}]})"));
}

TEST(ChatRequestTest, LeavesOutWhatIsNotThere) {
  const Json body = Body(Messages({Says(Role::kUser, "Hello")}), "");
  EXPECT_FALSE(body.contains("model"));
  EXPECT_FALSE(body.contains("tools"));
  EXPECT_FALSE(body.contains("response_format"));
  EXPECT_EQ(body["messages"].size(), 1u);
}

TEST(ChatRequestTest, TellsCallsAndTheirResults) {
  Message call = Says(Role::kAssistant, "");
  call.tool_calls = {{"1", "f", R"({"x":1})"}};
  Message result;
  result.role = Role::kTool;
  result.tool_result = ToolResult{"1", "good", false};
  Message error = result;
  error.tool_result = ToolResult{"2", "bad", true};
  Message both = call;
  both.text = "Let me see.";
  EXPECT_EQ(Body(Messages({call, result, error, both}))["messages"],
            Json::parse(R"([
    {"role": "assistant", "content": null, "tool_calls": [
      {"id": "1", "type": "function",
       "function": {"name": "f", "arguments": "{\"x\":1}"}}]},
    {"role": "tool", "tool_call_id": "1", "content": "good"},
    {"role": "tool", "tool_call_id": "2", "content": "error: bad"},
    {"role": "assistant", "content": "Let me see.", "tool_calls": [
      {"id": "1", "type": "function",
       "function": {"name": "f", "arguments": "{\"x\":1}"}}]}])"));
}

TEST(ChatRequestTest, OffersTools) {
  ModelRequest request;
  request.tools = {{"f", "Does f.", R"({"type":"object"})"}};
  EXPECT_EQ(Body(request)["tools"],
            Json::parse(R"([{"type": "function", "function": {
    "name": "f", "description": "Does f.",
    "parameters": {"type": "object"}}}])"));
}

bool IsStrict(std::string schema) {
  const Json format = Body(Schema(std::move(schema)))["response_format"];
  EXPECT_EQ(format["type"], "json_schema");
  EXPECT_EQ(format["json_schema"]["name"], "response");
  EXPECT_TRUE(format["json_schema"]["schema"].is_object());
  return format["json_schema"]["strict"].get<bool>();
}

TEST(ChatRequestTest, AsksForTheStrictFormWhereTheSchemaAllowsIt) {
  EXPECT_TRUE(IsStrict(R"({"type":"object","properties":{"a":{"type":"string"}},
      "required":["a"],"additionalProperties":false})"));
  EXPECT_FALSE(IsStrict(R"({"type":"object","properties":{"a":{}},
      "required":["a"]})"));
  EXPECT_FALSE(IsStrict(R"({"type":"object","properties":{"a":{}},
      "additionalProperties":false})"));
  EXPECT_FALSE(IsStrict(R"({"type":"object","properties":{"a":{
      "type":"object","properties":{"b":{}}}},
      "required":["a"],"additionalProperties":false})"));
}

TEST(ChatRequestTest, RefusesSchemasThatAreNone) {
  const std::string deep =
      "{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
  for (const std::string& schema : {std::string("["), std::string("7"), deep}) {
    EXPECT_THAT(ChatRequestBody(Schema(schema), "m"),
                HasReason("MODEL_REFUSED"));
  }
}

TEST(ChatRequestTest, SurvivesTextThatIsNotUtf8) {
  EXPECT_EQ(
      Body(Messages({Says(Role::kUser, "a\xFF")}))["messages"][0]["content"],
      "a\xEF\xBF\xBD");
}

}  // namespace
}  // namespace agent
