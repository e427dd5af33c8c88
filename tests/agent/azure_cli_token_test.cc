#include "lib/agent/azure_cli_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "lib/agent/agent.h"
#include "tests/agent/fake_az.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::FakeAz;
using ::agent::testing::HasReason;
using ::agent::testing::IsOkAndHolds;
using ::agent::testing::StatusIs;

constexpr char kCall[] =
    "account get-access-token --resource "
    "https://cognitiveservices.azure.com --output json\n";

// The calendar moves, the steady time is the system's.
class MovedClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now() + ahead; }
  SteadyTime Steady() override { return std::chrono::steady_clock::now(); }
  absl::Duration ahead;
};

class AzureCliTokenTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::string> Get() {
    return token_.Get([] { return absl::OkStatus(); });
  }

  FakeAz az_;
  MovedClock clock_;
  AzureCliToken token_{az_.path(), &clock_};
};

TEST_F(AzureCliTokenTest, AsksForTheServicesTokenOnce) {
  EXPECT_THAT(Get(), IsOkAndHolds("token-1"));
  EXPECT_THAT(Get(), IsOkAndHolds("token-1"));
  EXPECT_EQ(az_.calls(), kCall);
}

TEST_F(AzureCliTokenTest, AsksAgainBeforeTheTokenExpires) {
  EXPECT_THAT(Get(), IsOkAndHolds("token-1"));
  clock_.ahead = absl::Minutes(54);
  EXPECT_THAT(Get(), IsOkAndHolds("token-1"));
  clock_.ahead = absl::Minutes(56);
  EXPECT_THAT(Get(), IsOkAndHolds("token-2"));
}

TEST_F(AzureCliTokenTest, AsksAgainForATokenThatWasRefused) {
  EXPECT_THAT(Get(), IsOkAndHolds("token-1"));
  token_.Reject("another");
  EXPECT_THAT(Get(), IsOkAndHolds("token-1"));
  token_.Reject("token-1");
  EXPECT_THAT(Get(), IsOkAndHolds("token-2"));
}

TEST_F(AzureCliTokenTest, ServesAllWhoWaitWithOneCall) {
  std::vector<std::thread> threads;
  std::vector<absl::StatusOr<std::string>> tokens(8);
  for (auto& token : tokens) {
    threads.emplace_back([this, &token] { token = Get(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& token : tokens) {
    EXPECT_THAT(token, IsOkAndHolds("token-1"));
  }
  EXPECT_EQ(az_.calls(), kCall);
}

TEST_F(AzureCliTokenTest, UnderstandsTheLocalTimeOfOlderVersions) {
  az_.Script(
      "echo \"{\\\"accessToken\\\": \\\"old\\\", \\\"expiresOn\\\": "
      "\\\"$(date -d '+1 hour' '+%Y-%m-%d %H:%M:%S').123456\\\"}\"");
  EXPECT_THAT(Get(), IsOkAndHolds("old"));
  clock_.ahead = absl::Minutes(50);
  EXPECT_OK(Get());
  EXPECT_EQ(az_.calls(), kCall);
  clock_.ahead = absl::Minutes(56);
  EXPECT_OK(Get());
  EXPECT_EQ(az_.calls(), std::string(kCall) + kCall);
}

TEST_F(AzureCliTokenTest, TellsWhenNobodyIsLoggedIn) {
  az_.Script("echo 'Please run az login' >&2; exit 1");
  const auto token = Get();
  EXPECT_THAT(token, HasReason("MODEL_NOT_CONFIGURED"));
  EXPECT_FALSE(IsRetryableRunError(token.status()));
}

TEST_F(AzureCliTokenTest, RefusesAnswersWithoutAUsableToken) {
  for (const char* answer :
       {"", "{}", "[]", "no json", R"({"accessToken": 7})",
        R"({"accessToken": ""})", R"({"accessToken": "a\r\nX: b"})"}) {
    az_.Script("cat <<'END'\n" + std::string(answer) + "\nEND\n");
    EXPECT_THAT(Get(), HasReason("MODEL_NOT_CONFIGURED")) << answer;
  }
}

TEST_F(AzureCliTokenTest, StopsWaitingWhenTheRunMustStop) {
  az_.Script("sleep 100");
  int asked = 0;
  EXPECT_THAT(token_.Get([&]() -> absl::Status {
    return ++asked < 3 ? absl::OkStatus() : absl::CancelledError("stop");
  }),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace agent
