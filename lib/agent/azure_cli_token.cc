#include "lib/agent/azure_cli_token.h"

#include <algorithm>
#include <utility>

#include "lib/agent/model_error.h"
#include "lib/agent/subprocess.h"
#include "lib/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace agent {
namespace {

constexpr char kResource[] = "https://cognitiveservices.azure.com";
constexpr absl::Duration kMargin = absl::Minutes(5);
// A token is used at least this long, so that short-lived ones do not start az
// for every request; and the life of one that does not tell its end.
constexpr absl::Duration kUseMin = absl::Seconds(30);
constexpr absl::Duration kUnknownLife = absl::Minutes(10);
constexpr absl::Duration kWaitSlice = absl::Milliseconds(100);

// `expires_on` (seconds since the epoch), or `expiresOn` (local time) of older
// versions.
absl::Time ExpiryOf(const nlohmann::json& json, absl::Time now) {
  if (const auto it = json.find("expires_on"); it != json.end()) {
    if (it->is_number_integer()) return absl::FromUnixSeconds(*it);
  }
  absl::Time expiry;
  std::string error;
  if (const auto it = json.find("expiresOn");
      it != json.end() && it->is_string() &&
      absl::ParseTime("%Y-%m-%d %H:%M:%E*S", it->get<std::string>(),
                      absl::LocalTimeZone(), &expiry, &error)) {
    return expiry;
  }
  return now + kUnknownLife;
}

// Whether it can stand in a header.
bool IsToken(const std::string& value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return c > ' ' && c < '\x7f';
  });
}

}  // namespace

AzureCliToken::AzureCliToken(std::string az_path, Clock* clock)
    : az_path_(std::move(az_path)), clock_(clock) {}

absl::StatusOr<std::string> AzureCliToken::Get(
    absl::FunctionRef<absl::Status()> stop_status) {
  {
    MutexLock lock(&mu_);
    while (true) {
      if (clock_->Now() < token_.use_until) return token_.value;
      if (!fetching_) break;
      RETURN_IF_ERROR(stop_status());
      fetched_.WaitUntil(&mu_, clock_->Steady() + ToChrono(kWaitSlice));
    }
    fetching_ = true;
  }
  absl::StatusOr<Token> token = Fetch(stop_status);
  MutexLock lock(&mu_);
  fetching_ = false;
  fetched_.NotifyAll();
  if (!token.ok()) return token.status();
  token_ = *std::move(token);
  return token_.value;
}

void AzureCliToken::Reject(std::string_view token) {
  MutexLock lock(&mu_);
  if (token_.value == token) token_ = Token();
}

absl::StatusOr<AzureCliToken::Token> AzureCliToken::Fetch(
    absl::FunctionRef<absl::Status()> stop_status) {
  const absl::StatusOr<ProgramResult> result =
      RunProgram({az_path_, "account", "get-access-token", "--resource",
                  kResource, "--output", "json"},
                 ProgramLimits(), stop_status);
  RETURN_IF_ERROR(stop_status());
  if (absl::IsDeadlineExceeded(result.status())) {
    return ModelUnavailable("could not be asked: az took too long");
  }
  if (!result.ok() || result->exit_status != 0) {
    return ModelNotConfigured(
        "the Azure command line gave no token; `az login` may help");
  }
  return Parse(result->output, clock_->Now());
}

absl::StatusOr<AzureCliToken::Token> AzureCliToken::Parse(
    std::string_view output, absl::Time now) {
  const auto json = nlohmann::json::parse(output, nullptr, false);
  const auto it = json.find("accessToken");
  if (it == json.end() || !it->is_string() || !IsToken(*it)) {
    return ModelNotConfigured("the Azure command line's answer has no token");
  }
  const absl::Time expiry = ExpiryOf(json, now);
  return Token{.value = *it,
               .use_until = std::max(expiry - kMargin, now + kUseMin)};
}

}  // namespace agent
