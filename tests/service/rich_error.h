// What a client finds in a failed call, and matchers for it.
//
//   EXPECT_THAT(call.status, FailsWith(NOT_FOUND, "RUN_NOT_FOUND"));
//   EXPECT_THAT(call.status, RefusesField("message"));
#ifndef AGENT_TESTS_SERVICE_RICH_ERROR_H_
#define AGENT_TESTS_SERVICE_RICH_ERROR_H_

#include <gmock/gmock.h>
#include <grpcpp/support/status.h>

#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace agent::testing {

struct RichError {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string message;
  std::string reason;
  std::string domain;
  std::map<std::string, std::string> metadata;
  std::optional<absl::Duration> retry_after;
  std::vector<std::string> fields;  // of BadRequest
};

// Fails the test if the details are not what the contract says of all errors.
RichError ReadRichError(const grpc::Status& status);

std::ostream& operator<<(std::ostream& out, const RichError& error);

MATCHER_P2(FailsWith, code, reason,
           std::string("fails with reason ") + reason) {
  const RichError error = ReadRichError(arg);
  *result_listener << ::testing::PrintToString(error);
  return error.code == code && error.reason == reason;
}

MATCHER_P(RefusesField, field, std::string("refuses the field ") + field) {
  const RichError error = ReadRichError(arg);
  *result_listener << ::testing::PrintToString(error);
  return error.code == grpc::StatusCode::INVALID_ARGUMENT &&
         error.reason == "FIELD_INVALID" &&
         error.metadata.count("field") == 1 &&
         error.metadata.at("field") == field &&
         error.fields == std::vector<std::string>{field} &&
         error.message.find(field) != std::string::npos;
}

MATCHER(Succeeds, "succeeds") {
  const grpc::Status& status = arg;
  if (!status.ok()) *result_listener << status.error_message();
  return status.ok();
}

}  // namespace agent::testing

#endif  // AGENT_TESTS_SERVICE_RICH_ERROR_H_
