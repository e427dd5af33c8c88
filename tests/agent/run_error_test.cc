#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/agent/agent.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::HasReason;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(RunErrorTest, CarriesReasonMessageAndWhetherToRetry) {
  const absl::Status passing = RunError("MODEL_UNAVAILABLE", "gone", true);
  EXPECT_TRUE(IsRunError(passing));
  EXPECT_TRUE(IsRetryableRunError(passing));
  EXPECT_EQ(ToRunFailed(passing), (RunFailed{"MODEL_UNAVAILABLE", "gone"}));
  const absl::Status final = RunError("MODEL_REFUSED", "no", false);
  EXPECT_TRUE(IsRunError(final));
  EXPECT_FALSE(IsRetryableRunError(final));
  EXPECT_EQ(ToRunFailed(final), (RunFailed{"MODEL_REFUSED", "no"}));
}

TEST(RunErrorTest, IsNotTakenForAContextsError) {
  for (const absl::Status& status :
       {absl::UnavailableError("draining"), StoreUnavailable("gone"),
        absl::OkStatus()}) {
    EXPECT_FALSE(IsRunError(status));
    EXPECT_FALSE(IsRetryableRunError(status));
  }
}

TEST(RunErrorTest, TellsReadersNothingOfInternals) {
  const RunFailed failed =
      ToRunFailed(absl::InternalError("/etc/secret: not found"));
  EXPECT_EQ(failed.reason, "AGENT_ERROR");
  EXPECT_THAT(failed.message, Not(HasSubstr("secret")));
  EXPECT_EQ(ToRunFailed(StoreUnavailable("10.0.0.1")).reason, "AGENT_ERROR");
}

}  // namespace
}  // namespace agent
