#include "service/request_parser.h"

#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include <string>

#include "agent/v1/agent_service.pb.h"
#include "lib/base/error.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using testing::HasReason;
using testing::IsOk;

// One string field as it is on the wire.
std::string Field(int number, const std::string& bytes) {
  return std::string(1, static_cast<char>(number << 3 | 2)) +
         std::string(1, static_cast<char>(bytes.size())) + bytes;
}

absl::Status Parse(const std::string& bytes, v1::RunAgentRequest* request) {
  const grpc::Slice slice(bytes);
  return ParseRequest(grpc::ByteBuffer(&slice, 1), request);
}

std::string RefusedField(const std::string& bytes) {
  v1::RunAgentRequest request;
  const absl::Status status = Parse(bytes, &request);
  EXPECT_THAT(status, HasReason(reason::kFieldInvalid));
  const auto details = GetErrorDetails(status);
  return details.has_value() ? details->metadata.at("field") : "";
}

TEST(RequestParser, ReadsAMessage) {
  v1::RunAgentRequest request;
  ASSERT_OK(Parse(Field(1, "a") + Field(2, "caf\xc3\xa9"), &request));
  EXPECT_EQ(request.agent(), "a");
  EXPECT_EQ(request.message(), "caf\xc3\xa9");
}

TEST(RequestParser, ReadsNothingAsAnEmptyMessage) {
  v1::RunAgentRequest request;
  EXPECT_OK(Parse("", &request));
}

TEST(RequestParser, NamesTheFieldThatIsNotUtf8) {
  EXPECT_EQ(RefusedField(Field(1, "a") + Field(2, "\xff")), "message");
  EXPECT_EQ(RefusedField(Field(4, "\xc3")), "request_id");
}

TEST(RequestParser, NamesAFieldWithinAField) {
  EXPECT_EQ(RefusedField(Field(5, Field(2, "\xed\xa0\x80"))),
            "options.response_json_schema");
}

TEST(RequestParser, RefusesWhatIsNoMessageAtAll) {
  EXPECT_EQ(RefusedField("\xff\xff\xff"), "request");
  EXPECT_EQ(RefusedField(Field(1, "abc").substr(0, 3)), "request");
}

}  // namespace
}  // namespace agent
