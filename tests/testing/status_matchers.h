// IsOk(), IsOkAndHolds(m), StatusIs(code), HasReason("REASON").
#ifndef AGENT_TESTS_TESTING_STATUS_MATCHERS_H_
#define AGENT_TESTS_TESTING_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/error.h"

namespace agent::testing {

inline const absl::Status& GetStatus(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  if (GetStatus(arg).ok()) return true;
  *result_listener << GetStatus(arg).ToString();
  return false;
}

MATCHER_P(StatusIs, code, "has status " + absl::StatusCodeToString(code)) {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code;
}

MATCHER_P(HasReason, reason, std::string("has reason ") + reason) {
  *result_listener << GetStatus(arg).ToString() << " reason "
                   << ReasonOf(GetStatus(arg));
  return ReasonOf(GetStatus(arg)) == reason;
}

MATCHER_P(IsOkAndHolds, matcher, "is OK and holds what matches") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(matcher, *arg, result_listener);
}

}  // namespace agent::testing

#define ASSERT_OK(expr) ASSERT_THAT(expr, ::agent::testing::IsOk())
#define EXPECT_OK(expr) EXPECT_THAT(expr, ::agent::testing::IsOk())

#endif  // AGENT_TESTS_TESTING_STATUS_MATCHERS_H_
