// A ChatModel that streams chat completions from OpenAI, Azure OpenAI, or any
// server that speaks their protocol.
#ifndef AGENT_LIB_AGENT_OPENAI_MODEL_H_
#define AGENT_LIB_AGENT_OPENAI_MODEL_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/agent/azure_cli_token.h"
#include "lib/agent/chat_model.h"
#include "lib/agent/http_stream.h"
#include "lib/base/backoff.h"

namespace agent {

struct OpenAiOptions {
  std::string url;    // of the chat completions themselves
  std::string model;  // in the body; for logs, too
  // At most one of: `api-key: …` (Azure), `Authorization: Bearer …`, and a
  // Bearer token from the Azure command line. Never logged.
  std::string api_key;
  std::string bearer;
  std::shared_ptr<AzureCliToken> azure_token;

  HttpLimits http;
  size_t event_bytes_max = 1 << 20;
  // Tries of one turn, while nothing was said, and the waits between them.
  int tries_max = 4;
  Backoff::Options backoff = {.initial = absl::Milliseconds(500),
                              .max = absl::Seconds(8)};
  // The service's Retry-After is kept up to this; a longer one ends the try's
  // turn, and the runtime comes back with another attempt.
  absl::Duration retry_after_max = absl::Seconds(60);
};

// Azure's forms: `{endpoint}/openai/deployments/{deployment}/chat/completions
// ?api-version=…`, and for an endpoint that ends in `/openai/v1` the newer one,
// `{endpoint}/chat/completions`.
std::string AzureCompletionsUrl(std::string_view endpoint,
                                std::string_view deployment,
                                std::string_view api_version);
// `{base_url}/chat/completions`.
std::string OpenAiCompletionsUrl(std::string_view base_url);

// Thread-safe. A turn has a connection of its own.
class OpenAiModel final : public ChatModel {
 public:
  explicit OpenAiModel(OpenAiOptions options);

  std::string name() const override { return options_.model; }
  absl::StatusOr<ModelTurn> StreamTurn(const ModelRequest& request,
                                       RunContext& context,
                                       SayText say) override;

 private:
  struct Try {
    absl::StatusOr<ModelTurn> turn;
    bool repeatable = false;  // may succeed, and nothing was said
    std::optional<absl::Duration> retry_after;
  };

  Try TryTurn(const std::string& body, RunContext& context, SayText say) const;
  absl::StatusOr<std::string> AuthHeader(RunContext& context) const;
  // Whether there may be another token than the one that was refused.
  bool RejectToken(const std::string& header) const;

  const OpenAiOptions options_;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_OPENAI_MODEL_H_
