// Access tokens for Azure OpenAI from the Azure command line, for those who log
// in with `az login` and have no key.
#ifndef AGENT_LIB_AGENT_AZURE_CLI_TOKEN_H_
#define AGENT_LIB_AGENT_AZURE_CLI_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"

namespace agent {

// Thread-safe. One `az account get-access-token` runs at a time; its token
// serves everyone until five minutes before it expires.
// Cost: az takes a second or two. Tokens are never logged.
class AzureCliToken {
 public:
  // `az_path`: the program; `clock` must outlive this.
  AzureCliToken(std::string az_path, Clock* clock);

  // Blocks; returns `stop_status` soon after it is no longer OK. RunError
  // MODEL_NOT_CONFIGURED: az gave no token (nobody is logged in);
  // MODEL_UNAVAILABLE: it took too long.
  absl::StatusOr<std::string> Get(absl::FunctionRef<absl::Status()> stop_status)
      ABSL_LOCKS_EXCLUDED(mu_);

  // The service did not accept `token`: the next Get fetches another.
  void Reject(std::string_view token) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Token {
    std::string value;
    absl::Time use_until;
  };
  absl::StatusOr<Token> Fetch(absl::FunctionRef<absl::Status()> stop_status);
  static absl::StatusOr<Token> Parse(std::string_view output, absl::Time now);

  const std::string az_path_;
  Clock* const clock_;
  Mutex mu_;
  CondVar fetched_;
  bool fetching_ ABSL_GUARDED_BY(mu_) = false;
  Token token_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_AZURE_CLI_TOKEN_H_
