#include "lib/agent/json_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/agent/json_depth.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kTrip[] = R"({
  "type": "object",
  "properties": {
    "city": {"type": "string", "minLength": 1},
    "days": {"type": "integer", "minimum": 1, "maximum": 7},
    "stay": {"type": "object",
             "properties": {"hotel": {"type": "string"}},
             "required": ["hotel"]}
  },
  "required": ["city"],
  "additionalProperties": false
})";

std::string Message(std::string_view json) {
  const auto schema = JsonSchema::Parse(kTrip);
  EXPECT_OK(schema);
  return std::string(schema->ValidateObject(json).message());
}

TEST(JsonSchemaTest, TakesWhatFits) {
  EXPECT_EQ(Message(R"({"city":"Rome","days":3,"stay":{"hotel":"x"}})"), "");
}

TEST(JsonSchemaTest, NamesWhatIsWrongAndWhere) {
  EXPECT_THAT(Message(R"({"days":3})"), HasSubstr("city"));
  EXPECT_THAT(Message(R"({"city":"Rome","days":"3"})"), HasSubstr("days"));
  EXPECT_THAT(Message(R"({"city":"Rome","days":8})"), HasSubstr("days"));
  EXPECT_THAT(Message(R"({"city":"Rome","dayz":8})"), HasSubstr("dayz"));
  EXPECT_THAT(Message(R"({"city":"Rome","stay":{"hotel":1}})"),
              HasSubstr("stay.hotel"));
}

TEST(JsonSchemaTest, TellsSeveralErrorsAtOnce) {
  EXPECT_THAT(Message(R"({"city":1,"days":"x"})"),
              ::testing::AllOf(HasSubstr("city"), HasSubstr("days")));
}

TEST(JsonSchemaTest, RefusesWhatIsNoObject) {
  EXPECT_EQ(Message("[1]"), "not a JSON object");
  EXPECT_EQ(Message("\"Rome\""), "not a JSON object");
  EXPECT_EQ(Message(""), "not valid JSON");
  EXPECT_EQ(Message("{\"city\":\"Ro"), "not valid JSON");
  EXPECT_EQ(Message("{\"city\":\"\xFF\"}"), "not valid JSON");
}

TEST(JsonSchemaTest, RefusesWhatNestsTooDeeply) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_EQ(Message("{\"city\":" + deep + "}"), "nested too deeply");
  EXPECT_THAT(JsonSchema::Parse("{\"not\":" + deep + "}").status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(JsonSchemaTest, RefusesWhatIsNoSchema) {
  for (const char* schema :
       {"", "[]", "{", R"({"type": 7})", R"({"properties": []})",
        R"({"$ref": "http://127.0.0.1/elsewhere"})"}) {
    EXPECT_THAT(JsonSchema::Parse(schema).status(),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << schema;
  }
}

TEST(JsonDepthTest, CountsWhatIsOpenOutsideStrings) {
  EXPECT_EQ(JsonDepth(""), 0);
  EXPECT_EQ(JsonDepth("{}"), 1);
  EXPECT_EQ(JsonDepth(R"([{"a":[1]},[]])"), 3);
  EXPECT_EQ(JsonDepth(R"(["[[[\"[["])"), 1);
}

}  // namespace
}  // namespace agent
